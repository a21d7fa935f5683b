/** Reads an Attribute Limits File whole: it is small, and its rows are judged against each other. */
import type { Source } from '../csv/lines.ts';
import { limitsProfile } from '../csv/profile.ts';
import { readRows } from '../csv/rows.ts';
import type { Findings } from '../findings.ts';
import { addNotAlone, addOverlaps } from '../spans/span.ts';
import { type LimitsRow, readLimitRow } from './limit-row.ts';
import type { LimitsFile } from './limits-file.ts';

/** The file that the rows are; what does not fit together is added to `findings`. */
function fitRows(rows: readonly LimitsRow[], findings: Findings): LimitsFile {
  const none = rows.filter((row) => row.kind === 'none');
  addNotAlone(none, rows.length, findings);
  const limits = rows.flatMap((row) => (row.kind === 'limit' ? [row.limit] : []));
  for (const [attribute, group] of Map.groupBy(limits, (limit) => limit.attribute)) {
    addOverlaps(group, attribute, findings);
  }
  return { limits, reference: none[0]?.reference ?? '' };
}

/**
 * The limits of a file; undefined when anything is wrong, which is all in `findings`.
 * @param knownAttribute whether there is an attribute of this id, by the catalogue
 */
export async function readLimits(
  source: Source,
  knownAttribute: (attribute: string) => boolean,
  findings: Findings,
): Promise<LimitsFile | undefined> {
  const rows: LimitsRow[] = [];
  for await (const batch of readRows(source, limitsProfile, findings)) {
    for (const row of batch) {
      const read = readLimitRow(row, knownAttribute, findings);
      if (read !== undefined) rows.push(read);
    }
  }
  const file = fitRows(rows, findings);
  return findings.faultCount === 0 ? file : undefined;
}
