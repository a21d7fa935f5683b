/** What is asked of the record, through the product's own stores, one question after another. */
import { type MessageQuery, messageKindSchema } from '@penstock/api';
import { requireEui } from '@penstock/duis';
import type { RecordStore, TitleStore } from '@penstock/platform/audit-trail';
import type pg from 'pg';
import { type Latencies, latencies, rounded } from '../harness/statistics.ts';
import { ABSENT_SRV, ALERT_CODES, type BenchUser, benchUsers, KINDS, RESPONSE_CODES, SRVS } from './shape.ts';
import type { Meter } from './writer.ts';

export const FILTERS = ['none', 'srv', 'kind', 'code', 'device'] as const;
export type Filter = (typeof FILTERS)[number];

/** The last so many of a User's record. */
export const LAST = 100;

const pick = <Item>(items: readonly Item[]): Item => {
  const item = items[Math.floor(Math.random() * items.length)];
  if (item === undefined) throw new Error('there is nothing to choose from');
  return item;
};

const srvs = [...SRVS.map(([srv]) => srv), ABSENT_SRV];
const codes = [...RESPONSE_CODES, ...ALERT_CODES].map(([code]) => code).concat('I99', 'E4');

/** Half of the questions are of large Users, as they are of the traffic; half of any. */
function anyUser(users: readonly BenchUser[]): BenchUser {
  if (Math.random() < 0.5) return pick(users);
  const suppliers = users.filter(({ group }) => group === 'supplier');
  let rest = Math.random();
  const chosen = suppliers.find(({ share }) => {
    rest -= share;
    return rest <= 0;
  });
  return chosen ?? pick(users);
}

export interface OwnQuestion {
  readonly filter: Filter;
  readonly user: BenchUser['userId'];
  readonly query: MessageQuery;
}

/** What is asked for is chosen evenly: what a User never had is asked for as often as what it has every second. */
export function ownQuestion(filter: Filter, meters: readonly Meter[]): OwnQuestion {
  const users = benchUsers();
  const user = anyUser(users).userId;
  const query = { limit: LAST };
  if (filter === 'srv') return { filter, user, query: { ...query, serviceReferenceVariant: pick(srvs) } };
  if (filter === 'kind') return { filter, user, query: { ...query, kind: messageKindSchema.parse(pick(KINDS)) } };
  if (filter === 'code') return { filter, user, query: { ...query, code: pick(codes) } };
  if (filter === 'none') return { filter, user, query };
  const meter = pick(meters);
  return { filter, user: meter.userId, query: { ...query, device: meter.device } };
}

export type Share = Pick<Latencies, 'p50' | 'p99'>;

/** @param times in milliseconds */
export function shareOf(times: readonly number[]): Share {
  const { p50, p99 } = latencies(Float64Array.from(times));
  return { p50: rounded(p50), p99: rounded(p99) };
}

/** @returns milliseconds */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

export async function askOwn(record: RecordStore, { user, query }: OwnQuestion): Promise<void> {
  await record.list({ kind: 'user', userIds: [user] }, query);
}

/** Devices of any kind with one who is responsible for each now. */
export async function anyMeters(pool: pg.Pool, count: number): Promise<Meter[]> {
  const { rows } = await pool.query<{ device: string; user_id: string }>(
    `select d.device, r.user_id from (select device from device order by random() limit $1) d
     join lateral (select user_id from responsibility r where r.device = d.device and r.role in ('IS', 'GS')
                     and r.valid_to = 'infinity' limit 1) r on true`,
    [count],
  );
  return rows.map((row) => ({ device: requireEui(row.device), userId: requireEui(row.user_id) }));
}

/** The largest page that may be asked for. */
const TITLES_A_PAGE = 200;

/** All titles of a device in the days that are kept, page after page. */
export async function askTitles(titles: TitleStore, { device, userId }: Meter): Promise<void> {
  let cursor: string | undefined;
  do {
    const page = await titles.list({ kind: 'user', userIds: [userId] }, device, { limit: TITLES_A_PAGE, cursor });
    cursor = page.cursor;
  } while (cursor !== undefined);
}
