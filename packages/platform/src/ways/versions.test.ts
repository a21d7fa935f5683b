import { type PlannedUses, sharedOf, type Way, type WayUse } from '@penstock/api';
import { expect, test } from 'vitest';
import { announcementsOf, type Outage, wordsOfChange, wordsOfEnd } from './announcements.ts';
import { usesFault, wordsOfShared, wordsOfUses } from './versions.ts';

const usesOf = (
  https: WayUse,
  sftp: WayUse,
  email: WayUse,
  sharepoint: WayUse,
  dependsOn: Partial<Record<Way, string[]>> = {},
): PlannedUses => ({
  https: { use: https, dependsOn: dependsOn.https ?? [] },
  sftp: { use: sftp, dependsOn: dependsOn.sftp ?? [] },
  email: { use: email, dependsOn: dependsOn.email ?? [] },
  sharepoint: { use: sharepoint, dependsOn: dependsOn.sharepoint ?? [] },
});

const before = usesOf('allowed', 'allowed', 'fallback', 'preferred');
const at = (time: string) => new Date(`2026-11-22T${time}Z`);

test('one way is preferred, and it is one that the settings have', () => {
  expect(usesFault(before, ['https', 'sharepoint'])).toBeUndefined();
  expect(usesFault(before, ['https'])).toBe('the settings of the platform do not have SharePoint');
  expect(usesFault(usesOf('allowed', 'off', 'off', 'off'), ['https'])).toBe('one way must be preferred');
  expect(usesFault(usesOf('preferred', 'preferred', 'off', 'off'), ['https'])).toBe('one way is preferred, not 2');
});

test('a fallback that depends on what the preferred way depends on is named with it; what is only allowed is not', () => {
  const uses = usesOf('allowed', 'fallback', 'fallback', 'preferred', {
    https: ['office suite'],
    sftp: ['internet line'],
    email: ['internet line', 'office suite'],
    sharepoint: ['office suite'],
  });
  const shared = sharedOf(uses);
  expect(shared).toEqual([{ way: 'email', with: 'sharepoint', names: ['office suite'] }]);
  expect(wordsOfShared(shared)).toEqual(['E-mail depends on "office suite", too, and may fail with SharePoint.']);
});

test('what a version changes is said in words, and nothing where only a dependency changes', () => {
  const after = usesOf('allowed', 'preferred', 'fallback', 'off');
  expect(wordsOfUses(before, after)).toBe('SFTP is the preferred way; SharePoint is not used');
  expect(wordsOfChange({ before, after, from: at('10:00'), reason: 'The contract ends' })).toBe(
    'From 22 November 2026 at 10:00 UTC on: SFTP is the preferred way; SharePoint is not used. The contract ends. The guidance says how to deliver.',
  );
  const same = usesOf('allowed', 'allowed', 'fallback', 'preferred', { sftp: ['internet line'] });
  expect(wordsOfChange({ before, after: same, from: at('10:00'), reason: 'x' })).toBeUndefined();
});

const outage = (from: string, endedAt?: string): Outage => ({
  way: 'sharepoint',
  from: at(from),
  reason: 'the office suite is away',
  expectedEnd: at('15:00'),
  endedAt: endedAt === undefined ? undefined : at(endedAt),
});

const told = (now: string, outages: readonly Outage[]) =>
  announcementsOf({
    now: at(now),
    outages,
    fallbacks: ['sftp', 'email'],
    preferred: 'sharepoint',
    meanwhile: {
      usable: ['https', 'sftp', 'email'],
      shared: [{ way: 'email', with: 'sharepoint', names: ['office suite'] }],
    },
    changes: [],
  });

test('an outage is told with what to use meanwhile, and what of it is in doubt', () => {
  expect(told('12:00', [outage('10:00')])).toEqual([
    {
      kind: 'outage',
      way: 'sharepoint',
      at: '2026-11-22T10:00:00.000Z',
      words:
        'Outage of SharePoint since 22 November 2026 at 10:00 UTC: the office suite is away. It is expected to end on 22 November 2026 at 15:00 UTC. Until it is ended, deliver files by the portal or the API (HTTPS), SFTP or e-mail. E-mail depends on "office suite", too, and may fail with SharePoint.',
    },
  ]);
});

test('what is announced, what has ended lately, and what was called off', () => {
  expect(told('09:00', [outage('10:00')])[0]).toMatchObject({ kind: 'outage-announced' });
  expect(told('12:00', [outage('10:00', '11:00')])).toMatchObject([
    { kind: 'outage-ended', words: expect.stringContaining('SFTP and e-mail are closed again.') },
  ]);
  expect(told('13:00', [outage('10:00', '11:00')])).toEqual([]);
  expect(told('12:00', [outage('11:30', '11:00')])).toEqual([]);
  // again down
  expect(told('12:00', [outage('10:00', '11:00'), outage('11:30')]).map(({ kind }) => kind)).toEqual(['outage']);
  expect(wordsOfEnd({ way: 'sftp' }, at('11:00'), ['https', 'email'])).toContain(
    'The portal or the API (HTTPS) and e-mail are closed again.',
  );
  expect(wordsOfEnd({ way: 'sftp' }, at('11:00'), [])).toBe(
    'The outage of SFTP ended on 22 November 2026 at 11:00 UTC.',
  );
});

test('a change is told from when it is set until a week after it came', () => {
  const change = { before, after: usesOf('preferred', 'allowed', 'off', 'off'), reason: 'r', from: at('10:00') };
  const kinds = (now: Date) =>
    announcementsOf({
      now,
      outages: [],
      fallbacks: [],
      preferred: 'https',
      meanwhile: { usable: [], shared: [] },
      changes: [change],
    }).map(({ kind, way }) => `${kind} ${way}`);
  expect(kinds(at('09:59'))).toEqual(['change-announced https']);
  expect(kinds(at('10:00'))).toEqual(['change https']);
  expect(kinds(new Date('2026-11-29T10:00:00Z'))).toEqual([]);
});
