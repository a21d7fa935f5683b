#!/usr/bin/env node
'use strict';
require('./_node.cjs').run('packages/portal/build.ts');
