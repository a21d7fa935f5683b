// The audit trail: what each User sent and received, for as long as the log is kept.
//
// What it does not: it shows no message's content, and no message of another User. The titles that a responsible
// party may see of others' messages are title-store.ts; reports and exports are made of the record by reports.ts and
// record-export.ts, and export-worker.ts.
//
// What always holds: nobody asks without a viewer. Two walls stand behind one another: the store works out the one
// User ID that the viewer may see (foundation/viewer.ts), and the database lets the role under which viewers read see only the rows
// of the User IDs named for the transaction (row-level security, foundation/viewing.ts).
//
// A User's own record. Every look-up that must stay fast goes by an index, as the viewer: under row-level security
// a condition may use one only if its operator is leakproof, which those of macaddr8, date, bigint and timestamptz
// are and those of numeric and enum are not. So a RequestID is found by (User ID, day, target) and its counter
// compared after, day by day; a target has few messages a day.
import type { MessageDocument, MessageLifeDocument, MessageQuery, PassageDocument } from '@penstock/api';
import { type Eui, parseRequestId, requireEui } from '@penstock/duis';
import type pg from 'pg';
import { addDays, utcDay } from '../foundation/clock.ts';
import { PenstockError } from '../foundation/errors.ts';
import { readingOwner } from '../foundation/record-reading.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { asViewerOf } from '../foundation/viewing.ts';
import { EXCHANGED, serviceReferenceOf } from '../messages/header.ts';
import { formatPosition, type Position } from '../messages/message.ts';
import { readPassage } from '../messages/passage.ts';
import { cursorOf, positionOfCursor } from '../messages/position-cursor.ts';
import { readAlertDecisions } from './alert-decisions-store.ts';
import { askedDevices } from './asked-devices.ts';
import { saidOf } from './said.ts';

export interface RecordPage {
  readonly items: MessageDocument[];
  readonly cursor: string | undefined;
}

const COLUMNS = `l.user_id, l.day::text, l.sequence::text, l.recorded_at, l.direction, l.kind, l.verdict,
         l.command_variant, l.originator, l.target, l.counter::text, l.srv, l.code, l.reason, l.size, l.sha256,
         l.schema_version, l.service_reference, l.first_in_sequence, l.preceding, l.response_id, l.responded_at`;

/**
 * $1 User ID, $2 and $3 time, $4 and $5 cursor (day, sequence), $6 SRV, $7 kind, $8 code, $9 device, $10 limit. What is null
 * does not count. How it is looked for: migrations/0004_record_lookups.sql.
 */
export const RECORD_SQL = `
  select ${COLUMNS} from record_page($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) l`;

/** $1 User ID, $2 target, $3 counter, $4 and $5 first and last day. Oldest first. */
export const RECORD_OF_REQUEST_SQL = `
  select found.* from generate_series($4::date, $5::date, interval '1 day') as days(day)
  cross join lateral (
    select ${COLUMNS} from message_log l
    where l.user_id = $1 and l.day = days.day::date and l.target = $2 and l.counter = $3::numeric
    order by l.sequence
  ) as found
  order by found.day, found.sequence::bigint`;

/** $1 User ID, $2 day, $3 sequence. */
export const MESSAGE_SQL = `
  select ${COLUMNS} from message_log l where l.user_id = $1 and l.day = $2 and l.sequence = $3`;

/** $1 User ID, $2 day, $3 sequence. */
export const DEVICES_SQL = `
  select l.target as device from message_log l
  where l.user_id = $1 and l.day = $2 and l.sequence = $3 and not is_user_id(l.target)
  union all
  select d.device from named_device d
  where d.user_id = $1 and d.day = $2 and d.sequence = $3
  order by device`;

const LAST_SEQUENCE = 9_223_372_036_854_775_807n;

interface MessageRow {
  user_id: string;
  day: string;
  sequence: string;
  recorded_at: Date;
  direction: MessageDocument['direction'];
  kind: MessageDocument['kind'];
  verdict: MessageDocument['verdict'];
  command_variant: number | null;
  originator: string | null;
  target: string;
  counter: string;
  srv: string | null;
  code: string | null;
  reason: string | null;
  size: number;
  sha256: Buffer;
  schema_version: string | null;
  service_reference: string | null;
  first_in_sequence: boolean | null;
  preceding: string | null;
  response_id: string | null;
  responded_at: Date | null;
}

/** The rest of the header, with what follows from other columns (messages/header.ts). */
function headerOf(row: MessageRow, target: Eui, userId: Eui): Partial<MessageDocument> {
  const reference = row.service_reference ?? (row.srv === null ? undefined : serviceReferenceOf(row.srv));
  const responseId = row.response_id === EXCHANGED ? `${target}:${userId}:${row.counter}` : row.response_id;
  return {
    ...(reference === undefined ? {} : { serviceReference: reference }),
    ...(row.first_in_sequence === null ? {} : { firstInSequence: row.first_in_sequence }),
    ...(row.preceding === null ? {} : { precedingRequestId: row.preceding }),
    ...(responseId === null ? {} : { responseId }),
    ...(row.responded_at === null ? {} : { respondedAt: row.responded_at.toISOString() }),
    ...(row.schema_version === null ? {} : { schemaVersion: row.schema_version }),
  };
}

function toDocument(row: MessageRow): MessageDocument {
  const target = requireEui(row.target);
  const userId = requireEui(row.user_id);
  return {
    position: formatPosition(row),
    userId,
    recordedAt: row.recorded_at.toISOString(),
    direction: row.direction,
    kind: row.kind,
    verdict: row.verdict,
    ...(row.command_variant === null ? {} : { commandVariant: row.command_variant }),
    ...(row.originator === null ? {} : { requestId: `${requireEui(row.originator)}:${target}:${row.counter}` }),
    target,
    ...(row.srv === null ? {} : { serviceReferenceVariant: row.srv }),
    ...headerOf(row, target, userId),
    ...(row.code === null ? {} : { code: row.code }),
    ...(row.reason === null ? {} : { reason: row.reason }),
    size: row.size,
    sha256: row.sha256.toString('hex'),
  };
}

/** The newest of several devices' messages; one that concerns two of them is one. */
function newestOf(rows: readonly MessageRow[], limit: number): MessageRow[] {
  const once = new Map(rows.map((row) => [formatPosition(row), row]));
  const order = (one: MessageRow, other: MessageRow) =>
    other.day.localeCompare(one.day) || Number(BigInt(other.sequence) - BigInt(one.sequence));
  return [...once.values()].sort(order).slice(0, limit);
}

function pageOf(rows: readonly MessageRow[], limit: number): RecordPage {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(toDocument),
    cursor: rows.length > limit && last !== undefined ? cursorOf(last) : undefined,
  };
}

export interface RecordStore {
  /** A page of a User's record, newest first. @throws PenstockError of readingOwner, and 'record.too-wide' */
  list(viewer: Viewer, query: MessageQuery): Promise<RecordPage>;
  /**
   * What of a User's record concerns a device, newest first; of what was held with what became of it. For whoever has asked
   * readingOwner for this User ID already.
   */
  ofDevice(
    userId: Eui,
    asked: { device: Eui; from: string; to: string; kind?: MessageDocument['kind']; limit: number },
  ): Promise<{ items: (MessageDocument & PassageDocument)[]; isCut: boolean }>;
  /** One message's whole life. @throws PenstockError of readingOwner, and 'request.not-found' */
  life(viewer: Viewer, owner: string | undefined, day: string, sequence: string): Promise<MessageLifeDocument>;
}

export function createRecordStore(options: {
  readonly pool: pg.Pool;
  readonly now: () => Date;
  /** Days for which the log is kept: no look-up reaches farther back. */
  readonly logDays: number;
}): RecordStore {
  const { pool, now, logDays } = options;
  // Lane time may run ahead of this process's clock by what clocks differ.
  const lastDay = (): string => addDays(utcDay(now()), 1);
  const firstDay = (): string => addDays(utcDay(now()), -logDays);

  async function ofRequest(client: pg.PoolClient, userId: Eui, target: string, counter: string): Promise<MessageRow[]> {
    const values = [userId, target, counter, firstDay(), lastDay()];
    return (await client.query<MessageRow>(RECORD_OF_REQUEST_SQL, values)).rows;
  }

  const newest = (): Position => ({ day: lastDay(), sequence: LAST_SEQUENCE });

  /** One row more than the page has, when there is more. */
  async function readPage(
    client: pg.PoolClient,
    userId: Eui,
    query: Pick<MessageQuery, 'from' | 'to' | 'serviceReferenceVariant' | 'kind' | 'code' | 'limit'>,
    { before, device }: { before: Position; device: Eui | undefined },
  ): Promise<MessageRow[]> {
    // each day between is asked, so neither a cursor nor a time may reach beyond the days that there are
    const first = `${firstDay()}T00:00:00Z`;
    const start = before.day > lastDay() ? newest() : before;
    const { rows } = await client.query<MessageRow>({
      name: 'record-page',
      text: RECORD_SQL,
      values: [
        userId,
        query.from === undefined || Date.parse(query.from) < Date.parse(first) ? first : query.from,
        query.to ?? 'infinity',
        start.day,
        start.sequence,
        query.serviceReferenceVariant ?? null,
        query.kind ?? null,
        query.code ?? null,
        device ?? null,
        query.limit + 1,
      ],
    });
    return rows;
  }

  async function concernsAny(client: pg.PoolClient, row: MessageRow, devices: readonly Eui[]): Promise<boolean> {
    if (devices.includes(requireEui(row.target))) return true;
    const { rows } = await client.query<{ device: string }>(DEVICES_SQL, [row.user_id, row.day, row.sequence]);
    return rows.some((found) => devices.includes(requireEui(found.device)));
  }

  async function listByRequestId(
    userId: Eui,
    query: MessageQuery,
    { text, devices }: { text: string; devices: readonly Eui[] | undefined },
  ): Promise<RecordPage> {
    const id = parseRequestId(text);
    if (id === undefined) throw new PenstockError('request.invalid', { detail: 'no RequestID', where: 'requestId' });
    const rows = await asViewerOf(pool, [userId], async (client) => {
      const all = await ofRequest(client, userId, id.target, id.counter.toString());
      if (devices === undefined) return all;
      const concerned: MessageRow[] = [];
      for (const row of all) if (await concernsAny(client, row, devices)) concerned.push(row);
      return concerned;
    });
    // A RequestID has a handful of messages: the other conditions are cheaper here than a second statement.
    const from = query.from === undefined ? -Infinity : Date.parse(query.from);
    const to = query.to === undefined ? Infinity : Date.parse(query.to);
    const found = rows.filter(
      (row) =>
        row.originator !== null &&
        requireEui(row.originator) === id.originator &&
        row.recorded_at.getTime() >= from &&
        row.recorded_at.getTime() < to &&
        (query.serviceReferenceVariant === undefined || row.srv === query.serviceReferenceVariant) &&
        (query.kind === undefined || row.kind === query.kind) &&
        (query.code === undefined || row.code === query.code),
    );
    return { items: found.reverse().map(toDocument), cursor: undefined };
  }

  return {
    async list(viewer, query) {
      const userId = await readingOwner(pool, { viewer, named: query.userId, what: `messages ${saidOf(query)}` });
      const devices = await askedDevices(pool, viewer, query, now());
      if (query.requestId !== undefined) return listByRequestId(userId, query, { text: query.requestId, devices });
      const before = query.cursor === undefined ? newest() : positionOfCursor(query.cursor);
      const rows = await asViewerOf(pool, [userId], async (client) => {
        if (devices === undefined) return readPage(client, userId, query, { before, device: undefined });
        const found: MessageRow[] = [];
        for (const device of devices) found.push(...(await readPage(client, userId, query, { before, device })));
        return devices.length === 1 ? found : newestOf(found, query.limit + 1);
      });
      return pageOf(rows, query.limit);
    },

    async ofDevice(userId, { device, limit, ...conditions }) {
      return asViewerOf(pool, [userId], async (client) => {
        const rows = await readPage(client, userId, { ...conditions, limit }, { before: newest(), device });
        const items: (MessageDocument & PassageDocument)[] = [];
        for (const row of rows.slice(0, limit)) {
          const passage = row.verdict === 'held' ? await readPassage(client, row, lastDay()) : {};
          items.push({ ...toDocument(row), ...passage });
        }
        return { items, isCut: rows.length > limit };
      });
    },

    async life(viewer, owner, day, sequence) {
      const userId = await readingOwner(pool, { viewer, named: owner, what: `message ${day}/${sequence}` });
      return asViewerOf(pool, [userId], async (client) => {
        const [row] = (await client.query<MessageRow>(MESSAGE_SQL, [userId, day, sequence])).rows;
        if (row === undefined) throw new PenstockError('request.not-found', { detail: 'there is no such message' });
        const devices = await client.query<{ device: string }>(DEVICES_SQL, [userId, day, sequence]);
        const sameRequest = row.originator === null ? [] : await ofRequest(client, userId, row.target, row.counter);
        const related: MessageLifeDocument['related'] = [];
        for (const other of sameRequest) {
          if (other.originator !== row.originator || formatPosition(other) === formatPosition(row)) continue;
          related.push({ ...toDocument(other), ...(await readPassage(client, other, lastDay())) });
        }
        const isAlert = row.kind === 'device_alert' || row.kind === 'dcc_alert';
        const [decided] = isAlert ? await readAlertDecisions(client, { userId, day, sequence }) : [];
        return {
          ...toDocument(row),
          ...(await readPassage(client, row, lastDay())),
          devices: devices.rows.map((found) => requireEui(found.device)),
          related,
          ...(decided === undefined ? {} : { alertDecision: decided }),
        };
      });
    },
  };
}
