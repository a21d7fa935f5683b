import type { MessageExportQuery } from '@penstock/api';
import type pg from 'pg';
import { readingOwner } from '../foundation/record-reading.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { askedDevices } from './asked-devices.ts';
import { requireActive } from './own-record.ts';
import { ahead, headOf, type RecordLines, type RecordPlan, readLines, startOf } from './record-lines.ts';
import { planRecord } from './record-plan.ts';
import { saidOf } from './said.ts';

/**
 * A User's record as the lines of a CSV file, newest first. The first are read before it resolves, so that a question that
 * is refused is answered as a problem; each question is a short one, and a long file keeps no transaction open.
 * @throws PenstockError of readingOwner and readLines
 */
export async function exportRecord(
  { pool, now, logDays }: { pool: pg.Pool; now: Date; logDays: number },
  viewer: Viewer,
  query: MessageExportQuery,
): Promise<AsyncGenerator<string>> {
  const what = `messages ${saidOf(query)}`.trimEnd();
  const userId = await readingOwner(pool, { viewer, named: query.userId, what });
  const devices = await askedDevices(pool, viewer, query, now);
  const plan = planRecord(query, { userId, devices, format: 'csv', now, logDays });
  return linesFrom(pool, { viewer, plan }, await readLines(pool, plan, startOf(plan)));
}

/** The database makes the next lines while these are sent. */
async function* linesFrom(pool: pg.Pool, { viewer, plan }: { viewer: Viewer; plan: RecordPlan }, first: RecordLines) {
  yield headOf[plan.format];
  for (let page = first; ; ) {
    const following = page.next && ahead(readLines(pool, plan, page.next));
    yield page.lines;
    if (following === undefined) return;
    page = await following;
    await requireActive(pool, viewer, plan.userId);
  }
}
