// Makes exports: page by page of what each is of (export-source.ts), each compressed and kept as one piece of the file, with the place of the
// next in the same transaction. So a process that is killed leaves a piece done or not begun, and any process goes on with
// it. Exports take turns of about a second; in a turn a page is read while the one before it is compressed and kept.
// Memory: two pages of some 3 to 6 MB.
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { requireEui } from '@penstock/duis';
import type pg from 'pg';
import { inTransaction } from '../foundation/database/index.ts';
import { type ErrorCode, errorCodes, PenstockError } from '../foundation/errors.ts';
import type { Log } from '../foundation/log.ts';
import { LOOK_EVERY_MS, Worker } from '../foundation/worker.ts';
import { type ExportOf, type ExportPage, type ExportPlace, sourceOf } from './export-source.ts';
import { isActive } from './own-record.ts';
import { ahead } from './record-lines.ts';
import type { TitleStore } from './title-store.ts';

const compress = promisify(gzip);
/** Of a line half are digests, which do not compress: higher levels take thrice the time for a tenth of the bytes. */
const LEVEL = { level: constants.Z_BEST_SPEED };

const TURN_MS = 1_000;
const MOST_FAILURES = 5;

export interface ExportParts {
  readonly pool: pg.Pool;
  readonly titles: TitleStore;
  readonly log: Log;
  readonly keepDays: number;
  readonly mostUserBytes: number;
}

interface TurnRow extends ExportOf {
  export: string;
  asked_by: string;
  day: string;
  sequence: string;
  cursor: string | null;
  bytes: string;
}

const NEXT_SQL = `
  select user_id, export, asked_by, requested_at, format, conditions, devices::text[], sight, first_day::text,
         last_day::text, day::text, sequence::text, cursor, bytes::text
  from export where state in ('waiting', 'running')
  order by turn_at limit 1 for update skip locked`;

const KEEP_SQL = `
  insert into export_chunk (user_id, export, from_byte, bytes, body) values ($1, $2, $3, $4, $5)`;

const MOVE_SQL = `
  update export set state = 'running', day = $3, sequence = $4, cursor = $8, rows = rows + $5, bytes = $6,
                    stored_bytes = stored_bytes + $7, failures = 0, turn_at = clock_timestamp(),
                    changed_at = clock_timestamp()
  where user_id = $1 and export = $2
  returning (select sum(x.stored_bytes) from export x where x.user_id = $1)::text as stored`;

const DONE_SQL = `
  with done as (
    update export set state = 'done', ended_at = clock_timestamp(), changed_at = clock_timestamp(),
                      expires_at = clock_timestamp() + make_interval(days => $3)
    where user_id = $1 and export = $2 returning user_id, export, asked_by, sight, rows, ended_at, expires_at)
  insert into notice (user_id, noticed_at, kind, about, words, count)
  select user_id, ended_at, 'export', export,
         format('the export of %s %s is ready until %s', rows, case when sight is null then 'messages' else 'titles' end,
                to_char(expires_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"')), rows
  from done where asked_by = 'user'`;

export class ExportWorker {
  readonly #parts: ExportParts;
  readonly #worker: Worker;

  constructor(parts: ExportParts) {
    this.#parts = parts;
    this.#worker = new Worker(parts.log, 'an export was not made; it is tried again', async () =>
      (await this.makeNext()) ? 0 : LOOK_EVERY_MS,
    );
  }

  start(): void {
    this.#worker.start();
  }

  /** Ends after the turn under way. */
  stop(): Promise<void> {
    return this.#worker.stop();
  }

  /** Gives the export whose turn it is its turn; false when there is none. */
  async makeNext(): Promise<boolean> {
    let turn: TurnRow | undefined;
    try {
      return await inTransaction(this.#parts.pool, async (client) => {
        [turn] = (await client.query<TurnRow>(NEXT_SQL)).rows;
        if (turn === undefined) return false;
        await this.#giveTurn(client, turn);
        return true;
      });
    } catch (cause) {
      if (turn !== undefined) await this.#noteFailure(turn);
      throw cause;
    }
  }

  async #giveTurn(client: pg.PoolClient, turn: TurnRow): Promise<void> {
    const { keepDays, mostUserBytes, log } = this.#parts;
    const userId = requireEui(turn.user_id);
    const own = [turn.user_id, turn.export];
    if (turn.asked_by === 'user' && !(await isActive(client, userId))) return end(client, turn, 'access.denied');
    const { head: first, read } = sourceOf(this.#parts, turn);
    const until = performance.now() + TURN_MS;
    let bytes = Number(turn.bytes);
    let head = bytes === 0 ? first : '';
    let next: ExportPlace | undefined = { day: turn.day, sequence: turn.sequence, cursor: turn.cursor ?? undefined };
    let reading: Promise<ExportPage> | undefined = read(next);
    while (reading !== undefined && next !== undefined) {
      const page: ExportPage | ErrorCode = await reading.catch(endOf);
      if (typeof page === 'string') return end(client, turn, page);
      const goesOn: boolean = page.next !== undefined && performance.now() < until;
      reading = goesOn && page.next !== undefined ? ahead(read(page.next)) : undefined;
      const text = Buffer.from(head + page.lines, 'utf8');
      head = '';
      const body = text.length === 0 ? undefined : await compress(text, LEVEL);
      if (body !== undefined) await client.query(KEEP_SQL, [...own, bytes, text.length, body]);
      bytes += text.length;
      const to: ExportPlace = page.next ?? { day: turn.first_day, sequence: '0' };
      const moved = await client.query<{ stored: string }>(MOVE_SQL, [
        ...[...own, to.day, to.sequence, page.rows, bytes, body?.length ?? 0, to.cursor],
      ]);
      if (Number(moved.rows[0]?.stored) + (body?.length ?? 0) > mostUserBytes) {
        await reading;
        return end(client, turn, 'export.too-large');
      }
      next = page.next;
    }
    if (next !== undefined) return;
    await client.query(DONE_SQL, [...own, keepDays]);
    log.info({ userId, export: turn.export, bytes }, 'an export was made');
  }

  /** In a transaction of its own: the turn's is undone. The others have their turns first. */
  async #noteFailure(turn: TurnRow): Promise<void> {
    await inTransaction(this.#parts.pool, async (client) => {
      const { rows } = await client.query<{ failures: number }>(
        `update export set failures = failures + 1, turn_at = clock_timestamp()
         where user_id = $1 and export = $2 and state in ('waiting', 'running') returning failures`,
        [turn.user_id, turn.export],
      );
      if ((rows[0]?.failures ?? 0) >= MOST_FAILURES) await end(client, turn, 'export.failed');
    });
  }
}

/** What is to see has changed: so it will be found again, however often it is tried. */
function endOf(cause: unknown): ErrorCode {
  if (cause instanceof PenstockError && cause.code === 'export.sight-changed') return cause.code;
  throw cause;
}

/** It ends without a file, and its User is told why. */
async function end(client: pg.PoolClient, turn: TurnRow, failure: ErrorCode): Promise<void> {
  const own = [turn.user_id, turn.export];
  await client.query(
    `with ended as (
       update export set state = 'failed', failure = $3, ended_at = clock_timestamp(), changed_at = clock_timestamp(),
                         expires_at = clock_timestamp() + interval '1 day', stored_bytes = 0
       where user_id = $1 and export = $2 returning user_id, export, asked_by, ended_at, rows)
     insert into notice (user_id, noticed_at, kind, about, words, count)
     select user_id, ended_at, 'export', export, $4, rows from ended where asked_by = 'user'`,
    [...own, failure, `the export was not made: ${errorCodes[failure].title}`],
  );
  await client.query('delete from export_chunk where user_id = $1 and export = $2', own);
}
