/** A database with Users and messages on their streams, for tests. */
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import { Registry } from 'prom-client';
import { utcDay } from '../foundation/clock.ts';
import { ensurePartitions } from '../foundation/database/index.ts';
import { type TestDatabase, testDatabase } from '../foundation/database/testing.ts';
import { createLog } from '../foundation/log.ts';
import type { Direction, Position } from '../messages/message.ts';
import { recordBatch } from '../messages/record-store.ts';
import { newMessage } from '../messages/testing-messages.ts';
import { DeliveryMetrics } from './metrics.ts';
import type { StreamMessage } from './stream.ts';
import { ensureCursors } from './stream-store.ts';

export const user = (number: number): Eui => requireEui(`90-B3-D5-1F-31-${hex(number >> 8)}-${hex(number & 255)}-00`);
const hex = (byte: number) => byte.toString(16).padStart(2, '0').toUpperCase();

export const log = createLog({ level: 'silent' });
export const metrics = () => new DeliveryMetrics(new Registry());

export interface StreamsWorld extends TestDatabase {
  /** Registers Users; with an address their messages are pushed to it. */
  addUsers(numbers: readonly number[], receiveUrl?: string): Promise<void>;
  /** Records messages in one batch, one a body; returns their positions. */
  put(direction: Direction, messages: readonly PutMessage[], how?: PutOptions): Promise<Position[]>;
  cursor(userId: Eui, direction: Direction): Promise<CursorRow>;
}

export interface PutMessage {
  readonly userId: Eui;
  readonly body: string | Buffer;
}

export interface PutOptions {
  /** Undefined: the database's clock. */
  readonly at?: Date;
  readonly lane?: number;
  readonly client?: pg.PoolClient;
}

export interface CursorRow {
  readonly day: string;
  readonly sequence: string;
  readonly leased_by: string | null;
  readonly failures: number;
  readonly failing_since: Date | null;
  readonly retry_at: Date | null;
  readonly last_error: string | null;
}

let counter = 0n;

/** With partitions from `daysBefore` today to tomorrow. */
export async function streamsWorld({ daysBefore = 0 }: { daysBefore?: number } = {}): Promise<StreamsWorld> {
  const database = await testDatabase();
  const { pool } = database;
  const first = utcDay(new Date(Date.now() - daysBefore * 86_400_000));
  await ensurePartitions(pool, { today: first, ahead: daysBefore + 1 });
  await pool.query(`insert into party (party_id, name, kind) values ('P', 'P', 'other')`);
  return {
    ...database,
    addUsers: async (numbers, receiveUrl) => {
      await pool.query(
        `insert into user_id (user_id, party_id, delivery, receive_url)
         select u, 'P', case when $2::text is null then 'pull' else 'push' end, $2 from unnest($1::macaddr8[]) u`,
        [numbers.map(user), receiveUrl ?? null],
      );
      await ensureCursors(pool);
    },
    put: async (direction, messages, { at, lane = 0, client } = {}) => {
      const { rows } = await pool.query<{ version: string }>('select version::text from directory_version');
      const batch = messages.map(({ userId, body }) => {
        counter += 1n;
        const kind = direction === 'southbound' ? 'service_request' : 'response';
        return newMessage(counter, { userId, originator: userId, direction, kind, bytes: Buffer.from(body) });
      });
      const result = await recordBatch(client ?? pool, lane, BigInt(rows[0]?.version ?? 0), batch, at);
      return result.outcomes.map((outcome) => {
        if (outcome.outcome !== 'recorded') throw new Error(outcome.outcome);
        return outcome.position;
      });
    },
    cursor: async (userId, direction) => {
      const { rows } = await pool.query<CursorRow>(
        `select day::text, sequence::text, leased_by, failures, failing_since, retry_at, last_error
         from stream_cursor where user_id = $1 and direction = $2`,
        [userId, direction],
      );
      if (rows[0] === undefined) throw new Error('no cursor');
      return rows[0];
    },
  };
}

export function texts(messages: readonly StreamMessage[]): string[] {
  return messages.map((message) => message.body.toString());
}

/** Waits until `check` says so, looking again after each turn of the event loop; the test's own time limit ends it. */
export async function until(check: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await check())) await new Promise((resolve) => setTimeout(resolve, 5));
}
