/** For tests only: Attribute Limits Files as rows, and as random ones. */
import fc from 'fast-check';
import { headerOf, limitsProfile } from '../csv/profile.ts';
import { Findings } from '../findings.ts';
import type { LimitsFile } from '../limits/limits-file.ts';
import { readLimits } from '../limits/read.ts';
import { hour, spans } from './adt.ts';
import { bytesOf, faultsOf } from './sources.ts';

export const knownAttribute = (attribute: string): boolean =>
  ['UpdateDebt.Rate', 'TopUp/UTRN-1', 'A'].includes(attribute);

/** What a file says, and its faults as 'line:column code'. */
export async function readRowsOfLimits(
  ...rows: string[]
): Promise<{ file: LimitsFile | undefined; faults: string[]; findings: Findings }> {
  const findings = new Findings();
  const text = [headerOf(limitsProfile).join(), ...rows, ''].join('\n');
  const file = await readLimits(bytesOf(text), knownAttribute, findings);
  return { file, faults: faultsOf(findings), findings };
}

/** As `readRowsOfLimits`, for rows that are right. */
export async function limitsOf(...rows: string[]): Promise<LimitsFile> {
  const { file, faults } = await readRowsOfLimits(...rows);
  if (file === undefined) throw new Error(`the rows of the test are wrong: ${faults.join('; ')}`);
  return file;
}

/** Minimum and maximum, one of them perhaps none, in tenths: whole when they are written without a fraction. */
const range: fc.Arbitrary<[string, string]> = fc
  .tuple(fc.integer({ min: -3, max: 3 }), fc.nat(3), fc.constantFrom('both', 'minimum', 'maximum'))
  .map(([low, width, given]) => {
    const write = (tenths: number): string => (tenths % 10 === 0 ? String(tenths / 10) : (tenths / 10).toFixed(1));
    return [given === 'maximum' ? '' : write(low), given === 'minimum' ? '' : write(low + width)];
  });

/** Rows of few attributes and few numbers, so that two files have much in common. */
export const limitRows: fc.Arbitrary<string[]> = fc
  .array(
    fc.record({
      attribute: fc.constantFrom('UpdateDebt.Rate', 'TopUp/UTRN-1', 'A'),
      rows: spans(1, 8).chain((list) => fc.tuple(...list.map((span) => fc.tuple(fc.constant(span), range)))),
      isOpen: fc.tuple(fc.boolean(), fc.boolean()),
    }),
    { maxLength: 4 },
  )
  .map((groups) => {
    const byAttribute = new Map(groups.map((group) => [group.attribute, group]));
    const rows = [...byAttribute.values()].flatMap(({ attribute, rows: list, isOpen }) =>
      list.map(([[from, to], [minimum, maximum]], at) => {
        const begin = at === 0 && isOpen[0] ? '' : hour(from);
        const end = at === list.length - 1 && isOpen[1] ? '' : hour(to);
        return `limit,${attribute},${minimum},${maximum},${begin},${end},`;
      }),
    );
    return rows.length === 0 ? ['none,,,,,,'] : rows;
  });
