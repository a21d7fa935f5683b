import { type Way, type WayUse, wayNames, wayUses } from '@penstock/api';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { standingOf, type WayFacts } from './standing.ts';

const uses: Readonly<Record<Way, WayUse>> = {
  https: 'allowed',
  sftp: 'off',
  email: 'fallback',
  sharepoint: 'preferred',
};
const factsWith = (down: readonly Way[], setUp: readonly Way[] = wayNames): WayFacts[] =>
  wayNames.map((way) => ({
    way,
    use: uses[way],
    isSetUp: setUp.includes(way),
    isDown: down.includes(way),
    dependsOn: [],
  }));

describe('a way', () => {
  test('that is a fallback opens with the declared outage of the preferred way, and says so', () => {
    expect(standingOf('email', factsWith([]))).toEqual({
      way: 'email',
      use: 'fallback',
      isOpen: false,
      preferred: 'sharepoint',
      usable: ['sharepoint', 'https'],
      sentence:
        'E-mail is closed: it opens only while an outage of SharePoint is declared. Use SharePoint or the portal or the API (HTTPS).',
    });
    expect(standingOf('email', factsWith(['sharepoint']))).toMatchObject({
      isOpen: true,
      usable: ['https', 'email'],
      sentence: 'E-mail is open until the declared outage of SharePoint is ended.',
    });
  });

  test('that is allowed being down opens no fallback', () => {
    expect(standingOf('email', factsWith(['https'])).isOpen).toBe(false);
  });

  test('in a declared outage takes what comes all the same, and is not named to others', () => {
    expect(standingOf('sharepoint', factsWith(['sharepoint']))).toMatchObject({
      isOpen: true,
      usable: ['https', 'email'],
    });
    expect(standingOf('https', factsWith(['https'])).usable).toEqual(['sharepoint']);
  });

  test('that depends on what is down is named last', () => {
    const facts = factsWith(['sharepoint']).map((one) =>
      one.way === 'https' || one.way === 'sharepoint' ? { ...one, dependsOn: ['internet line'] } : one,
    );
    expect(standingOf('email', facts).usable).toEqual(['email', 'https']);
  });

  test('that is off is closed whatever happens, and names what is set up', () => {
    expect(standingOf('sftp', factsWith(['sharepoint'], ['https', 'sftp']))).toMatchObject({
      isOpen: false,
      sentence: 'SFTP is not used for delivering files. Use the portal or the API (HTTPS).',
    });
    expect(standingOf('sftp', factsWith([...wayNames])).sentence).toContain(
      'No other way is open now; ask the Operator.',
    );
  });
});

test('whatever the configuration, fallbacks are open exactly while the preferred way is down, and a refusal fits a line', () => {
  const facts = fc
    .tuple(
      fc.constantFrom(...wayNames),
      fc.array(fc.constantFrom(...wayUses), { minLength: 4, maxLength: 4 }),
      fc.array(fc.tuple(fc.boolean(), fc.boolean()), { minLength: 4, maxLength: 4 }),
    )
    .map(([preferred, others, states]) =>
      wayNames.map((way, at): WayFacts => {
        const other = others[at] === 'preferred' ? 'allowed' : (others[at] ?? 'off');
        const [isSetUp = true, isDown = false] = states[at] ?? [];
        return { way, use: way === preferred ? 'preferred' : other, isSetUp, isDown, dependsOn: [] };
      }),
    );
  fc.assert(
    fc.property(facts, (all) => {
      const isDown = all.some((one) => one.use === 'preferred' && one.isDown);
      for (const { way, use } of all) {
        const { isOpen, usable, sentence } = standingOf(way, all);
        expect(isOpen).toBe(use === 'fallback' ? isDown : use !== 'off');
        for (const other of usable) expect(standingOf(other, all).isOpen).toBe(true);
        expect(sentence).toMatch(/^[ -~]{10,299}$/);
      }
    }),
    { seed: 5, numRuns: 300 },
  );
});
