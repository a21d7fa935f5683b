// The Quarantined Communications Report of an event: what it holds that nobody decided on, by SRV, as a file that an
// officer makes decisions from. It is written to a temporary file from one snapshot of the database and then sent: the
// first row says how many follow, and a snapshot must not stay open for as long as somebody takes to read 30 MB.
import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { type Eui, requireEui } from '@penstock/duis';
import { type EventRow, type HeldKind, heldKinds, type NewReportRow, writeReport } from '@penstock/files';
import type pg from 'pg';
import { PenstockError } from '../foundation/errors.ts';
import { asViewerOf } from '../foundation/viewing.ts';

const PAGE = 5_000;
/** A report of two million rows takes longer than a question may. */
const LONGEST = '5min';
/** Of a cause, in the profile of the file. */
const LONGEST_CAUSE = 500;

const kindOfEvent = {
  user: 'ADUserThresholdBreach',
  all_users: 'ADDCCThresholdBreach',
  value: 'ADAttributeLimitsBreach',
} as const;
const directionOf = { southbound: 'sent', northbound: 'received' } as const;

interface EventFacts {
  event: string;
  detector: keyof typeof kindOfEvent;
  direction: keyof typeof directionOf;
  words: string;
  first_at: Date;
  count: string;
}

interface HeldFacts {
  srv: string | null;
  target: string;
  message_id: string;
  sha256: string;
  held_at: Date;
  direction: keyof typeof directionOf;
  kind: string;
  words: string | null;
}

const UNDECIDED = `
  from held_message h
  where h.user_id = $1 and h.event = $2 and not h.is_deleted
    and not exists (select from held_decision d
                    where d.user_id = h.user_id and d.day = h.day and d.sequence = h.sequence)`;

async function* reportRows(
  client: pg.PoolClient,
  { userId, event, operatorId }: { userId: Eui; event: string; operatorId: Eui },
): AsyncGenerator<NewReportRow> {
  await client.query(`set local statement_timeout = '${LONGEST}'`);
  const found = await client.query<EventFacts>(
    `select lpad(q.event::text, 20, '0') as event, q.detector, q.direction, q.words, q.first_at,
            (select count(*) ${UNDECIDED})::text as count
     from quarantine_event q where q.user_id = $1 and q.event = $2`,
    [userId, event],
  );
  const [facts] = found.rows;
  if (facts === undefined) throw new PenstockError('request.not-found', { detail: 'there is no such event' });
  yield toEventRow(facts);
  await client.query(
    `declare held cursor for
     select h.srv, h.target, h.message_id, encode(h.sha256, 'hex') as sha256, h.held_at, h.direction, h.kind, h.words
     ${UNDECIDED}
     order by string_to_array(nullif(h.srv, ''), '.')::integer[] nulls first, h.day, h.sequence`,
    [userId, event],
  );
  for (;;) {
    const { rows } = await client.query<HeldFacts>(`fetch ${PAGE} from held`);
    for (const row of rows) yield toHeldRow(facts.event, row, operatorId);
    if (rows.length < PAGE) return;
  }
}

function toEventRow({ event, detector, direction, words, first_at, count }: EventFacts): Omit<EventRow, 'line'> {
  return {
    row: 'event',
    event,
    heldAt: first_at.toISOString(),
    direction: directionOf[direction],
    kind: kindOfEvent[detector],
    cause: words.slice(0, LONGEST_CAUSE),
    count: Number(count),
  };
}

function toHeldRow(event: string, row: HeldFacts, operatorId: Eui): NewReportRow {
  const target = requireEui(row.target);
  return {
    row: 'held',
    event,
    srv: row.srv ?? '',
    device: target === operatorId ? '' : target,
    messageId: row.message_id,
    sha256: row.sha256,
    heldAt: row.held_at.toISOString(),
    direction: directionOf[row.direction],
    // an acknowledgement is a response for whoever decides on it
    kind: heldKinds.find((kind) => kind === row.kind) ?? ('response' satisfies HeldKind),
    cause: (row.words ?? '').slice(0, LONGEST_CAUSE),
  };
}

/** A file without a name: it is gone with its handle, also when the process is killed. */
async function openNameless(): Promise<FileHandle> {
  const name = join(tmpdir(), `penstock-report-${randomUUID()}.csv`);
  const file = await open(name, 'wx+', 0o600);
  await rm(name);
  return file;
}

export interface ReportOrder {
  readonly userId: Eui;
  readonly event: string;
  readonly operatorId: Eui;
  /** Ends it when nobody waits for it any more. */
  readonly signal: AbortSignal;
}

/** A report as a file without a name, until `release` is called. */
export interface MadeReport {
  readonly file: FileHandle;
  readonly sha256: Buffer;
  readonly release: () => void;
}

/** Reports are made one at a time for each User, until they have been fetched: each is a snapshot and a file. */
export class Reports {
  readonly #pool: pg.Pool;
  readonly #under = new Set<Eui>();

  /** @param pool of reports only: one takes up to minutes, in which people's questions must be answered */
  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /**
   * The report of an event as a stream; its file goes with the stream, and with the signal.
   * @throws PenstockError 'request.not-found', 'quarantine.report-under-way'
   */
  async open(order: ReportOrder): Promise<{ readonly stream: Readable; readonly sha256: Buffer }> {
    const { signal } = order;
    const { file, release, sha256 } = await this.make(order);
    const stream = file.createReadStream({ start: 0, signal });
    // a call that ended is no failure of the report
    stream.once('error', () => undefined);
    stream.once('close', release);
    return { stream, sha256 };
  }

  /**
   * The report of an event as a file without a name. Whoever asked closes it and then calls `release`.
   * @throws PenstockError 'request.not-found', 'quarantine.report-under-way'
   */
  async make(order: ReportOrder): Promise<MadeReport> {
    const { userId, signal } = order;
    if (this.#under.has(userId)) throw new PenstockError('quarantine.report-under-way');
    this.#under.add(userId);
    let file: FileHandle | undefined;
    const hash = createHash('sha256');
    try {
      const target = await openNameless();
      file = target;
      await asViewerOf(this.#pool, [userId], async (client) => {
        for await (const text of writeReport(reportRows(client, order))) {
          signal.throwIfAborted();
          hash.update(text);
          await target.writeFile(text);
        }
      });
      return { file, sha256: hash.digest(), release: () => this.#under.delete(userId) };
    } catch (error) {
      this.#under.delete(userId);
      await file?.close();
      throw error;
    }
  }
}
