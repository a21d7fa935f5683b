/** Reads an ADT File whole: it is small, and its rows are judged against each other. */
import type { Source } from '../csv/lines.ts';
import { adtProfile } from '../csv/profile.ts';
import { readRows } from '../csv/rows.ts';
import type { Findings } from '../findings.ts';
import type { AdtFile } from './adt-file.ts';
import { type AdtRow, readAdtRow } from './adt-row.ts';
import { fitRows } from './fit.ts';

/**
 * The thresholds of a file; undefined when anything is wrong, which is all in `findings`, in the order of lines.
 * @param knownSrv whether a service request variant exists, by the catalogue
 */
export async function readAdt(
  source: Source,
  knownSrv: (srv: string) => boolean,
  findings: Findings,
): Promise<AdtFile | undefined> {
  const rows: AdtRow[] = [];
  let exceptions = 0;
  for await (const batch of readRows(source, adtProfile, findings)) {
    for (const row of batch) {
      const read = readAdtRow(row, knownSrv, findings);
      if (read !== undefined) rows.push(read);
      else if (row.kind === 'exception') exceptions += 1;
    }
  }
  const file = fitRows(rows, rows.length + exceptions === findings.rows, findings);
  return findings.faultCount === 0 ? file : undefined;
}
