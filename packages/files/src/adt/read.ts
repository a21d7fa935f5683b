/** Reads an ADT File whole: it is small, and its rows are judged against each other. */
import type { Source } from '../csv/lines.ts';
import { adtProfile } from '../csv/profile.ts';
import { readRows } from '../csv/rows.ts';
import { type Findings, shown } from '../findings.ts';
import { parseEui } from '../values/identifiers.ts';
import type { AdtFile } from './adt-file.ts';
import { type AdtRow, readAdtRow } from './adt-row.ts';
import { fitRows } from './fit.ts';

/** Whose file sets thresholds across all Users. */
export interface Operator {
  /** The Operator's User ID, an EUI-64 in either case; undefined: every file is that of a User. */
  readonly operatorId?: string | undefined;
}

function readOperatorId({ operatorId }: Operator): string | undefined {
  if (operatorId === undefined) return undefined;
  const read = parseEui(operatorId);
  // else the Operator's own file would be judged, and then applied, as that of a User
  if (read === undefined) throw new RangeError(`the Operator's User ID ${shown(operatorId)} is not an EUI-64`);
  return read;
}

/**
 * The thresholds of a file; undefined when anything is wrong, which is all in `findings`, in the order of lines.
 * @param knownSrv whether a service request variant exists, by the catalogue
 * @param operator a file of this User ID sets thresholds across all Users, which have no warning
 */
export async function readAdt(
  source: Source,
  knownSrv: (srv: string) => boolean,
  findings: Findings,
  operator: Operator = {},
): Promise<AdtFile | undefined> {
  const operatorId = readOperatorId(operator);
  const rows: AdtRow[] = [];
  let exceptions = 0;
  for await (const batch of readRows(source, adtProfile, findings)) {
    for (const row of batch) {
      const read = readAdtRow(row, { knownSrv, operatorId }, findings);
      if (read !== undefined) rows.push(read);
      else if (row.kind === 'exception') exceptions += 1;
    }
  }
  const file = fitRows(rows, rows.length + exceptions === findings.rows, findings);
  return findings.faultCount === 0 ? file : undefined;
}
