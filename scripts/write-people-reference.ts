import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withRightsTable } from '../packages/platform/src/foundation/rights-reference.ts';

const file = join(import.meta.dirname, '..', 'docs', 'people.md');
writeFileSync(file, withRightsTable(readFileSync(file, 'utf8')));
