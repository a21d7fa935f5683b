import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { completeLockFile, type LockFile } from './lock-file.ts';

// To be run after `npm install` changed package-lock.json; a test says when it is needed.
const file = join(import.meta.dirname, '..', 'package-lock.json');
const lock: LockFile = JSON.parse(readFileSync(file, 'utf8'));
writeFileSync(file, `${JSON.stringify(completeLockFile(lock), null, 2)}\n`);
