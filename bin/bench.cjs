#!/usr/bin/env node
'use strict';
require('./_node.cjs').run('bench/main.ts');
