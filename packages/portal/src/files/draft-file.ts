import { Findings, type HeldRow, readReport, writeActions } from '@penstock/files';
import type { DraftedFile, DraftJob } from './jobs.ts';
import { fetchReport } from './read-held.ts';

/** Which of what is held the draft is about. */
export function isMeant({ srv, device, only }: Pick<DraftJob, 'srv' | 'device' | 'only'>): (row: HeldRow) => boolean {
  const named = only === undefined ? undefined : new Set(only);
  return (row) =>
    (srv === undefined || row.srv === srv) &&
    (device === undefined || row.device === device) &&
    (named === undefined || named.has(row.sha256));
}

/** An action file of what is meant; what it does not name stays held. @throws ReportRefused, Error */
export async function draftFile(job: DraftJob, onRows: (rows: number) => void): Promise<DraftedFile> {
  const { event, action, reason, reference } = job;
  const findings = new Findings();
  const meant = isMeant(job);
  const report = await fetchReport(event, job.caller);
  let held = 0;
  let decided = 0;
  async function* actions() {
    for await (const rows of readReport(report, findings)) {
      for (const row of rows) {
        if (row.row === 'event') continue;
        held += 1;
        if (!meant(row)) continue;
        decided += 1;
        yield { event: row.event, messageId: row.messageId, sha256: row.sha256, action, reason, reference };
      }
      onRows(held);
    }
  }
  const pieces: BlobPart[] = [];
  for await (const piece of writeActions(actions())) pieces.push(piece as Uint8Array<ArrayBuffer>);
  const [fault] = findings.faults;
  if (fault !== undefined) throw new Error(`The report that came is not whole: ${fault.message}`);
  return { blob: new Blob(pieces, { type: 'text/csv' }), decided, held };
}
