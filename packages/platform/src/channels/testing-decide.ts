/** What a User's program does with a report, whichever way it came by. */
import { Findings, type HeldRow, readReport, writeActions } from '@penstock/files';

/** An action file that lets go of all that the report of one event holds, but for the last, which it deletes. */
export async function decideOn(report: string): Promise<string> {
  const held: HeldRow[] = [];
  const findings = new Findings();
  for await (const rows of readReport(Buffer.from(report), findings)) {
    for (const row of rows) if (row.row !== 'event') held.push(row);
  }
  if (findings.faultCount > 0) throw new Error(`the report has faults: ${findings.faults[0]?.message}`);
  const actions = held.map(({ event, messageId, sha256 }) => ({
    event,
    messageId,
    sha256,
    action: sha256 === held.at(-1)?.sha256 ? ('delete' as const) : ('process' as const),
    reason: 'asked for',
    reference: 'SR-2026-0044',
  }));
  const pieces: Uint8Array[] = [];
  for await (const piece of writeActions(actions)) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}
