// Reports under the names that Users know (RSAT: the audit trail, RSMI: the inventory). Their contents are not public:
// the layouts are ours, told in docs/reports.md.
//
// What always holds: a report has the record of one User ID, or devices for which it is responsible now, and asks as the
// role of viewers, behind row-level security (0016_saved_views.sql has the views of the inventory). Counts of messages
// come from what is summed up by day and service (day_count), never from the log, but for one device, of which a month has
// some forty messages that are found by its index.
import type { ReportName } from '@penstock/api';
import { catalogue, type Eui } from '@penstock/duis';
import type pg from 'pg';
import { addDays, type Day } from '../foundation/clock.ts';
import { csvLine } from '../foundation/csv-lines.ts';
import { PenstockError } from '../foundation/errors.ts';
import { asInventoryViewerOf, asViewerOf } from '../foundation/viewing.ts';

/** Longer than a page may take: an inventory of millions is read as a whole, by an index on its User. */
const LONGEST_INVENTORY_S = 30;

export interface ReportQuestion {
  readonly userId: Eui;
  readonly month?: string | undefined;
  readonly device?: Eui | undefined;
}

type Row = Readonly<Record<string, string | number | null>>;

interface Report {
  readonly title: string;
  readonly takes: readonly ('month' | 'device')[];
  readonly columns: readonly string[];
  /** $1 User ID, $2 and $3 first and last day of the month, $4 device; as the viewer. */
  readonly sql: string;
}

export const reports: Readonly<Record<ReportName, Report>> = {
  RSAT_001: {
    title: 'Monthly transactions',
    takes: ['month'],
    columns: ['month', 'userId', 'serviceReferenceVariant', 'serviceName', 'direction', 'kind', 'messages'],
    sql: `
      select nullif(c.srv, '') as "serviceReferenceVariant", c.direction::text as direction, c.kind::text as kind,
             sum(h.count)::text as messages
      from day_count c cross join lateral unnest(c.hours) as h(count)
      where c.user_id = $1 and c.day >= $2::date and c.day <= $3::date
      group by c.srv, c.direction, c.kind having sum(h.count) > 0
      order by string_to_array(nullif(c.srv, ''), '.')::integer[] nulls last, c.direction, c.kind`,
  },
  RSAT_002: {
    title: 'Device transactions',
    takes: ['month', 'device'],
    columns: [
      ...['month', 'userId', 'device', 'serviceReferenceVariant', 'serviceName', 'direction', 'kind', 'verdict'],
      ...['code', 'messages', 'firstAt', 'lastAt'],
    ],
    sql: `
      select l.srv as "serviceReferenceVariant", l.direction::text as direction, l.kind::text as kind,
             l.verdict::text as verdict, l.code, count(*)::text as messages, min(l.recorded_at) as first_at,
             max(l.recorded_at) as last_at
      from message_device d
      join message_log l on l.user_id = d.user_id and l.day = d.day and l.sequence = d.sequence
      where d.device = $4 and d.user_id = $1 and l.user_id = $1 and d.day >= $2::date and d.day <= $3::date
        and l.day >= $2::date and l.day <= $3::date
      group by l.srv, l.direction, l.kind, l.verdict, l.code
      order by l.srv nulls last, l.direction, l.kind, l.verdict, l.code`,
  },
  RSMI_001: {
    title: 'Devices by kind and status',
    takes: [],
    columns: ['asAt', 'userId', 'kind', 'status', 'devices'],
    sql: `select d.kind, d.status, count(*)::text as devices from own_device d where d.user_id = $1
          group by d.kind, d.status order by d.kind, d.status`,
  },
  RSMI_002: {
    title: 'Devices by model and firmware',
    takes: [],
    columns: ['asAt', 'userId', 'kind', 'manufacturer', 'model', 'firmware', 'smets', 'devices'],
    sql: `select d.kind, d.manufacturer, d.model, d.firmware, case when d.is_smets1 then '1' else '2' end as smets,
                 count(*)::text as devices
          from own_device d where d.user_id = $1
          group by d.kind, d.manufacturer, d.model, d.firmware, d.is_smets1
          order by d.kind, d.manufacturer, d.model, d.firmware, d.is_smets1 desc`,
  },
  RSMI_003: {
    title: 'Devices by region',
    takes: [],
    columns: ['asAt', 'userId', 'region', 'kind', 'devices'],
    sql: `select d.region, d.kind, count(*)::text as devices from own_device d where d.user_id = $1
          group by d.region, d.kind order by d.region, d.kind`,
  },
  RSMI_004: {
    title: 'Changes of responsibility in a month',
    takes: ['month'],
    columns: ['month', 'userId', 'role', 'kind', 'change', 'devices'],
    sql: `select c.role, c.kind, c.change, count(distinct c.device)::text as devices
          from own_responsibility_change c
          where c.user_id = $1 and c.at >= $2::date at time zone 'UTC' and c.at < ($3::date + 1) at time zone 'UTC'
          group by c.role, c.kind, c.change order by c.role, c.kind, c.change`,
  },
};

/** Of the record, and not of the inventory. */
export const isOfRecord = (name: ReportName): boolean => name.startsWith('RSAT');

/** First and last day. */
function daysOf(month: string): [Day, Day] {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return [`${month}-01`, new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 10)];
}

async function rowsOf(
  pool: pg.Pool,
  name: ReportName,
  { userId, month, device }: ReportQuestion,
  now: Date,
): Promise<Row[]> {
  const { sql } = reports[name];
  const devices = device === undefined ? [] : [device];
  const months = month === undefined ? [] : daysOf(month);
  const read = async (client: pg.PoolClient) => (await client.query<Row>(sql, [userId, ...months, ...devices])).rows;
  if (isOfRecord(name)) return asViewerOf(pool, [userId], read);
  return asInventoryViewerOf(pool, { userIds: [userId], now, longest: LONGEST_INVENTORY_S }, read);
}

/** The last days of a month may have left the log: what is kept is told by the setting. @throws PenstockError 'request.invalid' */
function requireKept(
  name: ReportName,
  month: string | undefined,
  { now, logDays }: { now: Date; logDays: number },
): void {
  if (month === undefined || name === 'RSMI_004') return;
  const [, last] = daysOf(month);
  if (last >= addDays(now.toISOString().slice(0, 10), -logDays)) return;
  throw new PenstockError('request.invalid', { detail: `the record is kept for ${logDays} days`, where: 'month' });
}

/** The report as the lines of a CSV file. @throws PenstockError 'request.invalid' for a month that has left the record */
export async function writeReport(
  pool: pg.Pool,
  name: ReportName,
  question: ReportQuestion,
  at: { readonly now: Date; readonly logDays: number },
): Promise<string> {
  requireKept(name, question.month, at);
  const { columns } = reports[name];
  const rows = await rowsOf(pool, name, question, at.now);
  const same = { ...question, asAt: at.now.toISOString() };
  const lines = rows.map((row) => {
    const srv = row.serviceReferenceVariant;
    const cells: Record<string, unknown> = {
      ...row,
      ...same,
      serviceName: typeof srv === 'string' ? catalogue.get(srv)?.name : undefined,
      firstAt: instantOf(row.first_at),
      lastAt: instantOf(row.last_at),
    };
    return csvLine(columns.map((column) => textOf(cells[column])));
  });
  return csvLine(columns) + lines.join('');
}

function instantOf(value: unknown): string | undefined {
  return value instanceof Date ? value.toISOString() : undefined;
}

function textOf(value: unknown): string | undefined {
  return value === null || value === undefined ? undefined : String(value);
}
