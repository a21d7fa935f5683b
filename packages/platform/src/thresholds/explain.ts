/**
 * Why a message passed, was held or was deleted: of a hold what was stored with it, of a message that passed what the
 * log says, counted as it was counted then. A User is told of its own thresholds; counts over all Users, and who made
 * them up, are the Operator's to see.
 */
import type { ContributorsDocument, ExplanationDocument, PassageDocument } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import { addDays, utcDay } from '../foundation/clock.ts';
import { PenstockError } from '../foundation/errors.ts';
import { readingOwner } from '../foundation/record-reading.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { asViewerOf } from '../foundation/viewing.ts';
import { formatPosition, type Position } from '../messages/message.ts';
import { readPassage } from '../messages/passage.ts';
import { COUNTED_FOR_SQL, HELD_SQL, RECORDED_SQL } from './explain-sql.ts';
import { countWindow, type Sender } from './log-sums.ts';
import { ALL_USERS, type CountedDirection } from './matching.ts';

interface RecordedRow {
  recorded_at: string;
  verdict: ExplanationDocument['verdict'];
  reason: string | null;
  direction: 'southbound' | 'northbound';
  command_variant: number | null;
}

interface HeldRow {
  event: string;
  count: string | null;
  window_from: string | null;
  value_words: string | null;
  words: string;
}

interface CountedRow {
  threshold_id: string;
  services: string[];
  direction: CountedDirection;
  period: string;
  version: number;
  warning: string | null;
  quarantine: string | null;
  window_from: string;
}

type Explained = ExplanationDocument['thresholds'][number];

const toInstant = (text: string): string => new Date(text).toISOString();

/** @throws PenstockError of readingOwner, 'request.not-found', and 'record.too-wide' when the window is too large */
export async function explainVerdict(
  pool: pg.Pool,
  viewer: Viewer,
  asked: { readonly userId: string | undefined; readonly position: Position; readonly now: Date },
): Promise<ExplanationDocument> {
  const { position } = asked;
  const what = `verdict of ${formatPosition(position)}`;
  const userId = await readingOwner(pool, { viewer, named: asked.userId, what });
  const everybody = await readSenders(pool);
  const visible = viewer.kind === 'operator' ? [...everybody.map((one) => one.userId), ALL_USERS] : [userId];
  return asViewerOf(pool, visible, async (client) => {
    const at = [userId, position.day, position.sequence.toString()];
    const [row] = (await client.query<RecordedRow>(RECORDED_SQL, at)).rows;
    if (row === undefined) throw new PenstockError('request.not-found', { detail: 'there is no such message' });
    const base = { position: formatPosition(position), verdict: row.verdict };
    const [held] = (await client.query<HeldRow>(HELD_SQL, at)).rows;
    if (held !== undefined) {
      const message = { ...row, user_id: userId, day: position.day, sequence: position.sequence.toString() };
      const passage = await readPassage(client, message, addDays(utcDay(asked.now), 1));
      const words = [...wordsOfHold(row, held), ...(row.verdict === 'held' ? wordsOfPassage(row, passage) : [])];
      return { ...base, words, event: held.event, thresholds: [] };
    }
    const thresholds: Explained[] = [];
    for (const owner of viewer.kind === 'operator' ? [userId, ALL_USERS] : [userId]) {
      const { rows } = await client.query<CountedRow>(COUNTED_FOR_SQL, [owner, ...at]);
      for (const one of rows) {
        const senders = everybody.filter((sender) => owner === ALL_USERS || sender.userId === userId);
        const window = { from: one.window_from, to: row.recorded_at, lastSequence: position.sequence };
        const counts = await countWindow(client, one.threshold_id, window, senders);
        thresholds.push(toExplained(one, owner, sumOf(counts)));
      }
    }
    return { ...base, words: wordsOf(row, thresholds), thresholds };
  });
}

const sumOf = (counts: readonly { count: number }[]): number => counts.reduce((sum, { count }) => sum + count, 0);

function toExplained(row: CountedRow, owner: Eui, count: number): Explained {
  return {
    thresholdId: row.threshold_id,
    ...(owner === ALL_USERS ? {} : { userId: owner }),
    services: row.services,
    direction: row.direction,
    period: row.period,
    version: row.version,
    windowFrom: toInstant(row.window_from),
    count,
    ...(row.warning === null ? {} : { warning: Number(row.warning) }),
    ...(row.quarantine === null ? {} : { quarantine: Number(row.quarantine) }),
  };
}

function wordsOfHold({ verdict }: RecordedRow, { count, window_from, value_words, words }: HeldRow): string[] {
  if (value_words !== null) return [`${verdict}: ${value_words}`, `the limit: ${words}`];
  return [`${verdict}: it would have been number ${count} since ${toInstant(window_from ?? '')}`, words];
}

function wordsOfPassage({ direction }: RecordedRow, { decision, takenAt }: PassageDocument): string[] {
  if (decision === undefined) return ['it waits for a decision'];
  const { action, decidedAt, submission, releasedAt, streamPosition } = decision;
  const by = submission === undefined ? 'because it expired' : `by the file ${submission}`;
  if (action === 'delete') return [`decided to be deleted at ${decidedAt} ${by}`];
  return [
    `decided to be processed at ${decidedAt} ${by}`,
    releasedAt === undefined
      ? 'its release has not reached it yet'
      : `put on the ${direction} stream at ${releasedAt} as ${streamPosition}`,
    ...(takenAt === undefined ? [] : [`taken at ${takenAt}`]),
  ];
}

const TRANSFORM_VARIANT = 4;

function wordsOf(row: RecordedRow, thresholds: readonly Explained[]): string[] {
  const { verdict, reason, direction, command_variant } = row;
  if (verdict === 'refused') return [`refused: ${reason}; it counts for no threshold`];
  if (reason !== null) return [`${verdict}: written by the platform itself; it counts for no threshold`];
  if (direction === 'southbound' && command_variant === TRANSFORM_VARIANT) {
    return [`${verdict}: a critical request counts when it is sent, not when it is transformed`];
  }
  if (thresholds.length === 0) return [`${verdict}: it counts for no threshold in force then`];
  return thresholds.map((one) => {
    const whose = one.userId === undefined ? ' by all Users together' : '';
    const numbers = [
      one.quarantine === undefined ? 'no number in force' : `at most ${one.quarantine}`,
      one.warning !== undefined && one.count > one.warning ? `above the warning of ${one.warning}` : undefined,
    ];
    return (
      `${verdict}: number ${one.count} since ${one.windowFrom} of ${numbers.filter(Boolean).join(', ')} ` +
      `(${one.services.join(' ')} ${one.direction} within ${one.period}${whose}: ` +
      `threshold ${one.thresholdId} version ${one.version})`
    );
  });
}

/**
 * Who made up the count of a threshold over all Users in the window that ends at an instant; the Operator's question.
 * @throws PenstockError 'request.not-found', 'record.too-wide'
 */
export async function listContributors(
  pool: pg.Pool,
  { thresholdId, at }: { readonly thresholdId: string; readonly at: Date },
): Promise<ContributorsDocument> {
  const senders = await readSenders(pool);
  return asViewerOf(pool, [...senders.map((one) => one.userId), ALL_USERS], async (client) => {
    const { rows } = await client.query<{ window_from: string }>(
      `select window_start($3, t.period_seconds)::text as window_from
       from threshold t where t.threshold_id = $1 and t.user_id = $2`,
      [thresholdId, ALL_USERS, at],
    );
    const [found] = rows;
    if (found === undefined) {
      throw new PenstockError('request.not-found', { detail: 'there is no such threshold over all Users' });
    }
    const window = { from: found.window_from, to: at.toISOString(), lastSequence: undefined };
    const contributors = await countWindow(client, thresholdId, window, senders);
    return {
      thresholdId,
      windowFrom: toInstant(found.window_from),
      at: at.toISOString(),
      count: sumOf(contributors),
      contributors,
    };
  });
}

async function readSenders(pool: pg.Pool): Promise<Sender[]> {
  const { rows } = await pool.query<{ user_id: string; lane: number }>('select user_id, lane from user_id');
  return rows.map(({ user_id, lane }) => ({ userId: requireEui(user_id), lane }));
}
