/** For tests only: ADT Files as rows, and as random ones. */
import fc from 'fast-check';
import type { AdtFile } from '../adt/adt-file.ts';
import { readAdt } from '../adt/read.ts';
import { adtProfile, headerOf } from '../csv/profile.ts';
import { Findings } from '../findings.ts';
import { bytesOf, faultsOf } from './sources.ts';

export const USER = '90-B3-D5-1F-30-01-00-00';
const SRVS = ['1.1.1', '4.1.1', '4.1.2', '4.10'];
export const knownSrv = (srv: string): boolean => SRVS.includes(srv);

export const adtText = (...rows: string[]): string =>
  [headerOf(adtProfile).join(), ...rows.map((row) => row.replace('USER', USER)), ''].join('\n');

/** What a file says, and its faults as 'line:column code'. */
export async function readRowsOfAdt(
  ...rows: string[]
): Promise<{ file: AdtFile | undefined; faults: string[]; findings: Findings }> {
  const findings = new Findings();
  const file = await readAdt(bytesOf(adtText(...rows)), knownSrv, findings);
  return { file, faults: faultsOf(findings), findings };
}

/** As `readRowsOfAdt`, for rows that are right. */
export async function adtOf(...rows: string[]): Promise<AdtFile> {
  const { file, faults } = await readRowsOfAdt(...rows);
  if (file === undefined) throw new Error(`the rows of the test are wrong: ${faults.join('; ')}`);
  return file;
}

/** Instants that are an hour apart; 0 is before, and 9 after, all that is written. */
export const hour = (number: number): string => new Date(Date.UTC(2026, 11, 24, number)).toISOString();

/** Spans that do not overlap, in hours. */
export const spans = (from: number, to: number): fc.Arbitrary<[number, number][]> =>
  fc.uniqueArray(fc.integer({ min: from, max: to }), { maxLength: 6 }).map((instants) => {
    const sorted = instants.sort((one, other) => one - other);
    return sorted.flatMap((begin, at): [number, number][] =>
      at % 2 === 0 && sorted[at + 1] !== undefined ? [[begin, sorted[at + 1] ?? 0]] : [],
    );
  });

const number = fc.constantFrom(0, 10, 20, 30);

/** Rows of thresholds with exceptions, of few identities, so that two files have much in common. */
export const adtRows: fc.Arbitrary<string[]> = fc
  .array(
    fc.record({
      identity: fc.constantFrom(
        'all,sent,P1D',
        '4.1.1,sent,P1D',
        '4.1.1,sent,PT1H',
        '4.1.1 4.10,processed,P1D',
        'alerts,received,PT15M',
      ),
      spans: spans(1, 8).chain((list) =>
        fc.tuple(
          ...list.map(([from, to]) =>
            fc.record({
              from: fc.constant(from),
              to: fc.constant(to),
              quarantine: number,
              warning: fc.option(number),
              exceptions: spans(from, to).chain((inner) =>
                fc.tuple(
                  ...inner.map(([begin, end]) =>
                    fc.record({ begin: fc.constant(begin), end: fc.constant(end), quarantine: number }),
                  ),
                ),
              ),
            }),
          ),
        ),
      ),
      isOpen: fc.tuple(fc.boolean(), fc.boolean()),
    }),
    { maxLength: 5 },
  )
  .map((groups) => {
    const byIdentity = new Map(groups.map((group) => [group.identity, group]));
    const rows = [...byIdentity.values()].flatMap(({ identity, spans: list, isOpen }) =>
      list.flatMap(({ from, to, quarantine, warning, exceptions }, at) => {
        const begin = at === 0 && isOpen[0] ? '' : hour(from);
        const end = at === list.length - 1 && isOpen[1] ? '' : hour(to);
        const warned = warning === null || warning > quarantine ? '' : warning;
        return [
          `threshold,USER,${identity},${warned},${quarantine},${begin},${end},`,
          ...exceptions.map(
            (one) => `exception,USER,${identity},,${one.quarantine},${hour(one.begin)},${hour(one.end)},`,
          ),
        ];
      }),
    );
    return rows.length === 0 ? ['none,USER,,,,,,,,'] : rows;
  });
