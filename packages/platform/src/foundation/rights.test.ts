import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { operatorRoleNameSchema, personRoleSchema, userRoleNameSchema } from '@penstock/api';
import { describe, expect, test } from 'vitest';
import {
  actors,
  kindsOfData,
  mayGiveMachine,
  needsReason,
  ofPeople,
  type Right,
  rights,
  rightsOf,
  rightsOfMachine,
} from './rights.ts';
import { withRightsTable } from './rights-reference.ts';

describe('rights', () => {
  test('every role has a column', () => {
    expect([...actors].sort()).toEqual([...personRoleSchema.options].sort());
  });

  test('who may change sees; a reason is asked of the Operator’s side only, and only to see', () => {
    for (const actor of actors) {
      const its = rightsOf(actor);
      for (const right of its) {
        expect(rights).toContain(right);
        expect(its).toContain(right.replace('.change', '.see'));
      }
    }
    const asked = actors.filter((actor) => needsReason(actor, 'record.see'));
    expect(asked).toEqual(['service_desk', 'security']);
    for (const role of userRoleNameSchema.options) {
      expect(Object.values(kindsOfData).filter(({ may }) => may[role] === 'see-with-reason')).toEqual([]);
    }
  });

  test('a machine may what people of its role may, but for what is a person’s; without a role nothing', () => {
    expect(rightsOfMachine(undefined).size).toBe(0);
    for (const role of actors) {
      const [its, theirs] = [rightsOfMachine(role), rightsOf(role)];
      for (const right of rights) expect(its.has(right)).toBe(theirs.has(right) && !ofPeople.includes(right));
    }
  });

  test('nobody gives a machine of the Operator more than one may oneself', () => {
    const given = (own: ReadonlySet<Right>) =>
      operatorRoleNameSchema.options.filter((role) => mayGiveMachine(own, role));
    expect(given(rightsOf('operator_administrator'))).toEqual(['operator_administrator']);
    expect(given(rightsOf('security'))).toEqual(['service_desk', 'security']);
    expect(given(rightsOfMachine(undefined))).toEqual([]);
    for (const giver of operatorRoleNameSchema.options) {
      for (const role of given(rightsOfMachine(giver))) {
        for (const right of rightsOfMachine(role)) expect(rightsOfMachine(giver)).toContain(right);
      }
    }
  });

  test('docs/people.md prints the table', () => {
    const text = readFileSync(join(import.meta.dirname, '../../../../docs/people.md'), 'utf8');
    expect(withRightsTable(text)).toBe(text);
  });
});
