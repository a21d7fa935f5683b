// What may have caused an alert of one's own record: the messages to and from its devices before it, one's own from the
// record, everybody else's as titles. Rights, walls and the written-down look are those of the record and of the titles.
import type { CausesDocument, TitleKind } from '@penstock/api';
import { titleKinds } from '@penstock/api';
import { deviceAlertCodes, type Eui } from '@penstock/duis';
import type pg from 'pg';
import { findDevices } from '../devices/device-lookup.ts';
import { PenstockError } from '../foundation/errors.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { asViewerOf } from '../foundation/viewing.ts';
import { readAlertDecisions } from './alert-decisions-store.ts';
import { foldBursts } from './bursts.ts';
import { CAUSE_HOURS, type Candidate, candidateOf, findingOf, MOST_LOOKED_AT, rankCauses } from './causes.ts';
import type { RecordStore } from './record-store.ts';
import type { TitleStore } from './title-store.ts';

/** A DCC Alert may name many; of a storm of devices each has an alert of its own. */
const MOST_DEVICES = 5;

export interface CausesAsked {
  readonly userId?: string | undefined;
  readonly day: string;
  readonly sequence: string;
}

/**
 * @throws PenstockError those of RecordStore.life, 'request.invalid' for a message that is no alert
 */
export async function readCauses(
  { pool, record, titles }: { pool: pg.Pool; record: RecordStore; titles: TitleStore },
  viewer: Viewer,
  asked: CausesAsked,
): Promise<CausesDocument> {
  const { day, sequence } = asked;
  const message = await record.life(viewer, asked.userId, day, sequence);
  const { kind, code, position } = message;
  if (kind !== 'device_alert' && kind !== 'dcc_alert') {
    throw new PenstockError('request.invalid', { detail: 'this message is no alert' });
  }
  const userId = message.userId as Eui;
  const at = Date.parse(message.recordedAt);
  const time = { from: new Date(at - CAUSE_HOURS * 3_600_000).toISOString(), to: new Date(at + 1).toISOString() };
  const named = kind === 'device_alert' ? [message.target] : await knownOf(pool, message.devices);
  const devices: CausesDocument['devices'] = [];
  const found: Candidate[] = [];
  let isCut = false;
  for (const device of named.slice(0, MOST_DEVICES) as Eui[]) {
    const others = await titlesOf(titles, viewer, { device, userId, what: `causes of ${position}`, ...time });
    const own = await record.ofDevice(userId, { device, ...time, limit: MOST_LOOKED_AT });
    devices.push({ device, seesTitles: others !== undefined });
    isCut ||= own.isCut || others?.cursor !== undefined;
    for (const title of others?.items ?? []) {
      // one's own stand in the record, also from before one was responsible
      if (!title.sender.isYou) found.push(candidateOf(title));
    }
    for (const one of own.items) {
      const sentAt = one.decision?.releasedAt;
      const wasSent = one.verdict === 'passed' || one.verdict === 'warned' || sentAt !== undefined;
      if (!wasSent || !isTitleKind(one.kind)) continue;
      found.push({
        at: Date.parse(sentAt ?? one.recordedAt),
        device,
        kind: one.kind,
        serviceReferenceVariant: one.serviceReferenceVariant,
        code: one.code,
        concerns: one.target === device ? 'target' : 'body',
        sender: { isYou: true },
        position: one.position,
      });
    }
  }
  const causes = rankCauses({ at, code }, foldBursts(found.filter((one) => one.at <= at)));
  const title = code === undefined ? undefined : deviceAlertCodes.get(code.toUpperCase());
  return {
    alert: {
      position,
      userId,
      recordedAt: message.recordedAt,
      kind,
      ...(code === undefined ? {} : { code }),
      ...(title === undefined ? {} : { title }),
    },
    devices,
    from: time.from,
    isCut,
    finding: findingOf(
      causes,
      devices.every(({ seesTitles }) => seesTitles),
    ),
    causes,
    decisions: await asViewerOf(pool, [userId], (client) => readAlertDecisions(client, { userId, day, sequence })),
  };
}

const isTitleKind = (kind: string): kind is TitleKind => (titleKinds as readonly string[]).includes(kind);

/** Without the Operator and whoever else is no device. */
async function knownOf(pool: pg.Pool, named: readonly string[]): Promise<string[]> {
  const known = await findDevices(pool, named as Eui[]);
  return named.filter((device) => known.has(device as Eui));
}

/** Undefined: the viewer may see none, or there is no such device. */
async function titlesOf(
  titles: TitleStore,
  viewer: Viewer,
  asked: { device: Eui; userId: Eui; what: string; from: string; to: string },
) {
  const { from, to, ...of } = asked;
  const view = await titles.openIfSeen(viewer, of);
  return view && titles.page(view, { limit: MOST_LOOKED_AT, from, to });
}
