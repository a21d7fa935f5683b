import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { valuesReference } from '../packages/duis/src/values/reference.ts';

writeFileSync(join(import.meta.dirname, '..', 'docs', 'values.md'), valuesReference());
