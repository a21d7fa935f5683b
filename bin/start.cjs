#!/usr/bin/env node
'use strict';
require('./_node.cjs').run('packages/cli/src/main.ts', ['demo']);
