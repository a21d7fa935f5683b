// What is asked for when an export is begun. What is recorded from now on is not in it, however long it takes: so the file is
// the same whoever goes on with it.
import type { PostExport, PostTitleExport } from '@penstock/api';
import type { Eui } from '@penstock/duis';
import type { Clock } from '../foundation/clock.ts';
import { readingOwner } from '../foundation/record-reading.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { askedDevices } from './asked-devices.ts';
import type { ExportReaders } from './export-source.ts';
import type { ExportAsked } from './exports-store.ts';
import { activeOwner } from './own-record.ts';
import { daysOf } from './record-plan.ts';
import { saidOf } from './said.ts';
import { openTitleExport } from './title-export.ts';
import { readSight } from './title-sight.ts';

export interface AskingParts extends ExportReaders {
  readonly clock: Clock;
  readonly logDays: number;
}

function upToNow<Conditions extends { to?: string | undefined }>(conditions: Conditions, now: Date) {
  const { to } = conditions;
  return { ...conditions, to: to === undefined || Date.parse(to) > now.getTime() ? now.toISOString() : to };
}

/** Of the own record. Written down where the Operator asks. @throws PenstockError of activeOwner and readingOwner */
export async function askForRecord(
  { pool, clock, logDays }: AskingParts,
  viewer: Viewer,
  question: PostExport,
): Promise<ExportAsked> {
  const { userId: named, format, ...asked } = question;
  await activeOwner(pool, viewer, named);
  const userId = await readingOwner(pool, { viewer, named, what: `export of messages ${saidOf(question)}` });
  const now = clock.now();
  const conditions = upToNow(asked, now);
  const devices = await askedDevices(pool, viewer, asked, now);
  return { userId, devices, format, conditions, ...daysOf(conditions, now, logDays), sight: undefined, now };
}

/** Of the titles of a device: a look, and written down as one. @throws PenstockError of activeOwner and TitleStore.open */
export async function askForTitles(
  { pool, titles, logDays }: AskingParts,
  viewer: Viewer,
  { device, question }: { device: Eui; question: PostTitleExport },
): Promise<ExportAsked> {
  const { userId: named, format, ...asked } = question;
  const userId = await activeOwner(pool, viewer, named);
  const view = await openTitleExport(titles, viewer, device, { ...asked, userId });
  const conditions = { ...upToNow(asked, view.now), device };
  const days = daysOf(conditions, view.now, logDays);
  const sight = await readSight(pool, view, view.now);
  return { userId, devices: [device], format, conditions, ...days, sight, now: view.now };
}
