// A User's record as the lines of a file, made by the database: some 10,000 rows of a question come as one text, so that no
// row is parsed here and none is kept. (Measured, CPU a row of CSV: the database 7.6 us, this process 1.3 us, and the same
// again to compress it. Read row by row it was 14 us in this process alone.)
//
// Newest first, day by day. A question looks at so many rows of the User's day, whatever of them meets the conditions: so
// it is short also where hardly anything does, and how far it came is known without a row.
import type { MessageExportQuery } from '@penstock/api';
import { catalogue, type Eui, knownSchemaVersions, parseRequestId, responseCodes } from '@penstock/duis';
import type pg from 'pg';
import { addDays, type Day } from '../foundation/clock.ts';
import { csvText, euiText, isoText, jsonText, timeText } from '../foundation/database/line-sql.ts';
import { PenstockError } from '../foundation/errors.ts';
import { asViewerOf } from '../foundation/viewing.ts';

export type LineFormat = 'csv' | 'jsonl';

/** What of a User's record is to be read, from a day to another, both inclusive. */
export interface RecordPlan {
  readonly userId: Eui;
  /** What concerns one of them; undefined: whatever it concerns. */
  readonly devices: readonly Eui[] | undefined;
  readonly format: LineFormat;
  /** Of them `device` and `mpxn` count as `devices` says. */
  readonly conditions: Omit<MessageExportQuery, 'userId'>;
  readonly firstDay: Day;
  readonly lastDay: Day;
}

/** What comes next: rows of the day below the sequence. */
export interface RecordPlace {
  readonly day: Day;
  readonly sequence: string;
}

export interface RecordLines {
  readonly lines: string;
  readonly rows: number;
  /** Undefined: that was all. */
  readonly next: RecordPlace | undefined;
}

const LOOK_ROWS = 10_000;
/** Above every sequence. */
const DAY_END = '9223372036854775807';

/** Text that others chose, with the words that it nearly always is; `bare`: a number or a word of JSON. */
type Written = 'plain' | 'bare' | { readonly known: Iterable<string> };

const srvs: Written = { known: catalogue.keys() };
const references: Written = { known: new Set([...catalogue.values()].map((service) => service.serviceReference)) };
const codes: Written = { known: responseCodes.keys() };
const versions: Written = { known: knownSchemaVersions };

const requestId = `case when p.originator = $1 then $10::text else ${euiText('p.originator')} end
  || ':' || t.eui || ':' || p.counter`;

/** The fields of MessageDocument in the order of the columns, each with the SQL of its text; null: it has none. */
const fields: readonly (readonly [name: string, sql: string, written: Written])[] = [
  // the day of a row is that of its time
  ['recordedAt', `$11::text || 'T' || ${timeText('p.recorded_at')} || 'Z'`, 'plain'],
  ['position', "$11::text || '/' || p.sequence", 'plain'],
  ['userId', '$10::text', 'plain'],
  ['direction', 'p.direction::text', 'plain'],
  ['kind', 'p.kind::text', 'plain'],
  ['serviceReferenceVariant', 'p.srv', srvs],
  ['serviceReference', 't.service_reference', references],
  ['commandVariant', 'p.command_variant::text', 'bare'],
  ['target', 't.eui', 'plain'],
  ['requestId', requestId, 'plain'],
  ['firstInSequence', 'p.first_in_sequence::text', 'bare'],
  ['precedingRequestId', 'p.preceding', 'plain'],
  [
    'responseId',
    `case p.response_id when '' then t.eui || ':' || $10::text || ':' || p.counter else p.response_id end`,
    'plain',
  ],
  ['respondedAt', isoText('p.responded_at'), 'plain'],
  ['verdict', 'p.verdict::text', 'plain'],
  ['code', 'p.code', codes],
  ['reason', 'p.reason', { known: [] }],
  ['size', 'p.size::text', 'bare'],
  ['sha256', "encode(p.sha256, 'hex')", 'plain'],
  ['schemaVersion', 'p.schema_version', versions],
];

/** What a file begins with. */
export const headOf: Readonly<Record<LineFormat, string>> = {
  csv: `${fields.map(([name]) => name).join()}\r\n`,
  jsonl: '',
};

const isForeign = (written: Written): written is Exclude<Written, string> => typeof written === 'object';

function jsonMember([name, sql, written]: (typeof fields)[number], index: number): string {
  const value = isForeign(written) ? jsonText(sql, written.known) : written === 'bare' ? sql : `'"' || ${sql} || '"'`;
  return `'${index === 0 ? '' : ','}"${name}":' || ${value}`;
}

function csvCell([, sql, written]: (typeof fields)[number]): string {
  return `coalesce(${isForeign(written) ? csvText(sql, written.known) : sql}, '')`;
}

/** concat() leaves out what is null. */
const lineOf: Readonly<Record<LineFormat, string>> = {
  csv: `concat_ws(',', ${fields.map(csvCell).join(', ')}) || E'\\r\\n'`,
  jsonl: `concat('{', ${fields.map(jsonMember).join(', ')}, E'}\\n')`,
};

/** Where rows are looked for. $1 User ID, $2 day, $3 sequence above, $9 how many. */
const sources = {
  all: `select l.* from message_log l
    where l.user_id = $1 and l.day = $2 and l.sequence < $3 order by l.sequence desc limit $9`,
  /**
   * $12 devices, of which a message may concern several. `offset 0`: on a young day without statistics, its messages were
   * read anew for each of its devices.
   */
  devices: `select m.* from (
      select t.sequence from message_log t
      where t.target = any ($12::macaddr8[]) and t.user_id = $1 and t.day = $2 and t.sequence < $3
      union
      select d.sequence from named_device d
      where d.device = any ($12::macaddr8[]) and d.user_id = $1 and d.day = $2 and d.sequence < $3
      order by sequence desc limit $9) f
    cross join lateral (
      select * from message_log o where o.user_id = $1 and o.day = $2 and o.sequence = f.sequence offset 0) m`,
  /** $12 target, $13 counter, $14 originator, $15 devices or null. */
  request: `select l.* from message_log l
    where l.user_id = $1 and l.day = $2 and l.target = $12 and l.counter = $13::numeric and l.originator = $14
      and l.sequence < $3
      and ($15::macaddr8[] is null or l.target = any ($15) or exists (
        select from named_device d
        where d.device = any ($15) and d.day = $2 and d.sequence = l.sequence and d.user_id = $1))
    order by l.sequence desc limit $9`,
} as const;
type Source = keyof typeof sources;

/**
 * $4 and $5 time, $6 SRV, $7 kind, $8 code, $10 the User ID and $11 the day as they are written. What stands behind
 * `offset 0` is worked out once a row.
 */
export function linesSql(source: Source, format: LineFormat): string {
  return `
  select count(*)::integer as looked, min(p.sequence)::text as last, count(*) filter (where m.meets)::integer as rows,
         -- no filter: with one, rows that come in order are sorted all the same
         string_agg(case when m.meets then ${lineOf[format]} end, '' order by p.sequence desc) as lines
  from (${sources[source]}) p
  cross join lateral (
    select ${euiText('p.target')} as eui,
           coalesce(p.service_reference, split_part(p.srv, '.', 1) || '.' || split_part(p.srv, '.', 2)) as service_reference
    offset 0) t
  cross join lateral (
    select p.recorded_at >= $4 and p.recorded_at < $5 and ($6::text is null or p.srv = $6)
           and ($7::text is null or p.kind = $7::message_kind) and ($8::text is null or p.code = $8) as meets
    offset 0) m`;
}

interface LinesRow {
  looked: number;
  last: string | null;
  rows: number;
  lines: string | null;
}

/** The place of the newest row. */
export function startOf({ lastDay }: Pick<RecordPlan, 'lastDay'>): RecordPlace {
  return { day: lastDay, sequence: DAY_END };
}

function sourceOf({ conditions, devices }: RecordPlan): { source: Source; keys: unknown[] } {
  if (conditions.requestId !== undefined) {
    const id = parseRequestId(conditions.requestId);
    if (id === undefined) throw new PenstockError('request.invalid', { detail: 'no RequestID', where: 'requestId' });
    return { source: 'request', keys: [id.target, id.counter.toString(), id.originator, devices] };
  }
  if (devices !== undefined) return { source: 'devices', keys: [devices] };
  return { source: 'all', keys: [] };
}

/**
 * The lines from a place on: of as many days as it takes to look at some 10,000 rows, or to the end.
 * @throws PenstockError 'request.invalid' for a RequestID that is none, 'record.too-wide'
 */
export async function readLines(pool: pg.Pool, plan: RecordPlan, from: RecordPlace): Promise<RecordLines> {
  const { userId, format, conditions, firstDay } = plan;
  const { source, keys } = sourceOf(plan);
  return asViewerOf(pool, [userId], async (client) => {
    let { day, sequence } = from;
    let looked = 0;
    let rows = 0;
    let lines = '';
    while (day >= firstDay && looked < LOOK_ROWS) {
      const { rows: answers } = await client.query<LinesRow>({
        name: `record-lines-${source}-${format}`,
        text: linesSql(source, format),
        values: [
          ...[userId, day, sequence, conditions.from ?? '-infinity', conditions.to ?? 'infinity'],
          ...[conditions.serviceReferenceVariant, conditions.kind, conditions.code, LOOK_ROWS, userId, day, ...keys],
        ],
      });
      const [page] = answers;
      if (page === undefined) throw new Error('a sum has no row');
      looked += page.looked;
      rows += page.rows;
      lines += page.lines ?? '';
      if (page.looked < LOOK_ROWS || page.last === null)
        ({ day, sequence } = { day: addDays(day, -1), sequence: DAY_END });
      else sequence = page.last;
    }
    return { lines, rows, next: day < firstDay ? undefined : { day, sequence } };
  });
}

/** What is read ahead may fail before anybody waits for it, or when nobody does any more: that is no failure left over. */
export function ahead<Result>(reading: Promise<Result>): Promise<Result> {
  reading.catch(() => undefined);
  return reading;
}
