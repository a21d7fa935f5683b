import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { personRoleSchema } from '@penstock/api';
import { describe, expect, test } from 'vitest';
import { actors, kindsOfData, needsReason, rights, rightsOf } from './rights.ts';
import { withRightsTable } from './rights-reference.ts';

describe('rights', () => {
  test('every role and both machines have a column', () => {
    expect([...actors].sort()).toEqual([...personRoleSchema.options, 'user_machine', 'operator_machine'].sort());
  });

  test('who may change sees; a reason is asked of the Operator’s people only, and only to see', () => {
    for (const actor of actors) {
      const its = rightsOf(actor);
      for (const right of its) {
        expect(rights).toContain(right);
        expect(its).toContain(right.replace('.change', '.see'));
      }
    }
    const asked = actors.filter((actor) => needsReason(actor, 'record.see'));
    expect(asked).toEqual(['service_desk', 'security']);
    expect(Object.values(kindsOfData).filter(({ may }) => may.user_machine === 'see-with-reason')).toEqual([]);
  });

  test('docs/people.md prints the table', () => {
    const text = readFileSync(join(import.meta.dirname, '../../../../docs/people.md'), 'utf8');
    expect(withRightsTable(text)).toBe(text);
  });
});
