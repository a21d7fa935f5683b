import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configurationReference } from '../packages/platform/src/foundation/config-reference.ts';

writeFileSync(join(import.meta.dirname, '..', 'docs', 'configuration.md'), configurationReference());
