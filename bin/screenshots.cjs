#!/usr/bin/env node
'use strict';
require('./_node.cjs').run('scripts/screenshots.ts');
