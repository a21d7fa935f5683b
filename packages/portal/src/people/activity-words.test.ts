import { activityGroups } from '@penstock/api/schemas';
import { expect, test } from 'vitest';
import { authorWords, codeWords } from './activity-words.ts';

test('no two codes read the same', () => {
  const codes = Object.values(activityGroups).flat();
  expect(new Set(codes.map((code) => codeWords[code])).size).toBe(codes.length);
});

test('who did it is said by what is known of it', () => {
  expect(authorWords({ by: 'a@x.example', email: 'a@x.example' })).toEqual({ name: 'itself', as: '' });
  expect(authorWords({ by: 'a@x.example', byRole: 'security' })).toEqual({ name: 'a@x.example', as: 'security' });
  expect(authorWords({ by: '0f'.repeat(32), byRole: 'machine' })).toEqual({
    name: 'a machine',
    as: 'SHA-256 0f0f0f0f0f0f0f0f ...',
  });
  expect(authorWords({ by: 'root', byRole: 'console' })).toEqual({ name: 'root', as: 'at the console' });
});
