/**
 * The peer: ClickHouse, as the embedded chDB, which people would take for such a record. Same rows, same questions, same
 * machine, after the platform's database has stopped. It is half a gigabyte and no part of the product: it is installed
 * for the run into a temporary folder.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import pg from 'pg';
import { say } from '../harness/progress.ts';
import { rounded } from '../harness/statistics.ts';
import { FILTERS, LAST, ownQuestion, shareOf, timed } from './questions.ts';
import { benchUsers } from './shape.ts';
import type { Meter } from './writer.ts';

const PACKAGE = 'chdb@3.4.0';

interface Session {
  query(sql: string, format?: string): string;
  cleanup(): void;
}

/** Undefined where the package cannot be had; says so in a line. */
export function openPeer(folder: string): Session | undefined {
  const home = join(folder, 'peer');
  try {
    mkdirSync(home, { recursive: true });
    execFileSync('npm', ['install', '--no-save', '--ignore-scripts', '--no-audit', '--prefix', home, PACKAGE], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const { Session: Opened } = createRequire(join(home, 'package.json'))('chdb') as {
      Session: new (path: string) => Session;
    };
    return new Opened(join(folder, 'clickhouse'));
  } catch (error) {
    say(`no peer: ${PACKAGE} cannot be had here (${error instanceof Error ? error.message.split('\n')[0] : error})`);
    return undefined;
  }
}

const EUI_COLUMNS = (names: readonly string[]): string =>
  names.map((name) => `reinterpretAsUInt64(reverse(unhex(replaceAll(${name}, ':', '')))) as ${name}_`).join(', ');
const euiNumber = (eui: string): string => BigInt(`0x${eui.replaceAll('-', '')}`).toString();

// Times are told without a zone, in UTC.
const LOG_ROWS = `
  select user_id, day, sequence, recorded_at at time zone 'UTC' as recorded_at, direction, kind, verdict,
         coalesce(command_variant, 0) as command_variant, coalesce(originator, '00:00:00:00:00:00:00:00') as originator,
         target, counter, coalesce(srv, '') as srv, coalesce(code, '') as code, coalesce(reason, '') as reason, size,
         encode(sha256, 'hex') as sha256, coalesce(responded_at, 'epoch') at time zone 'UTC' as responded_at
  from message_log`;
const TITLE_ROWS = `
  select d.device, l.recorded_at at time zone 'UTC' as recorded_at, l.sequence, l.user_id, l.direction, l.kind, l.srv,
         coalesce(l.code, '') as code
  from (select user_id, day, sequence, target as device from message_log where not is_user_id(target)
        union all select user_id, day, sequence, device from named_device) d
  join message_log l on l.user_id = d.user_id and l.day = d.day and l.sequence = d.sequence
  where l.kind in ('service_request', 'signed_pre_command', 'response', 'smets1_response')
    and l.verdict in ('passed', 'warned')`;

/** Writes the rows of the record, and those that are titles, where the peer reads them. */
export async function dumpRows(superuserUrl: string, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o777); // the server writes them, under a user of its own
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    await client.query(`set search_path = penstock; set statement_timeout = 0; set work_mem = '256MB'`);
    await client.query(`copy (${LOG_ROWS}) to '${join(folder, 'log.tsv')}'`);
    await client.query(`copy (${TITLE_ROWS}) to '${join(folder, 'titles.tsv')}'`);
  } finally {
    await client.end();
  }
}

/** As numbers: an EUI-64 is 64 bits. Choices of few values are dictionaries; times and sequences are differences. */
const TABLES = [
  'create database audit',
  `create table audit.message (
     user_id UInt64, day Date, sequence UInt64 codec(Delta, ZSTD), recorded_at DateTime64(6) codec(Delta, ZSTD),
     direction LowCardinality(String), kind LowCardinality(String), verdict LowCardinality(String),
     command_variant UInt8, originator UInt64, target UInt64, counter UInt64 codec(Delta, ZSTD),
     srv LowCardinality(String), code LowCardinality(String), reason LowCardinality(String), size UInt32,
     sha256 FixedString(32), responded_at DateTime64(6) codec(Delta, ZSTD)
   ) engine = MergeTree partition by toYYYYMM(day) order by (user_id, recorded_at, sequence)`,
  `create table audit.title (
     device UInt64, recorded_at DateTime64(6) codec(Delta, ZSTD), sequence UInt64 codec(Delta, ZSTD), user_id UInt64,
     direction LowCardinality(String), kind LowCardinality(String), srv LowCardinality(String),
     code LowCardinality(String)
   ) engine = MergeTree partition by toYYYYMM(recorded_at) order by (device, recorded_at, sequence)`,
];

function load(session: Session, folder: string): void {
  for (const table of TABLES) session.query(table);
  session.query(`
    insert into audit.message
    select u.1, day, sequence, recorded_at, direction, kind, verdict, command_variant, u.2, u.3, counter, srv, code, reason,
           size, unhex(sha256), responded_at
    from (select *, tuple(${['user_id', 'originator', 'target'].map((name) => EUI_COLUMNS([name])).join(', ')}) as u
      from file('${join(folder, 'log.tsv')}', 'TSV', 'user_id String, day Date, sequence UInt64, recorded_at DateTime64(6),
        direction String, kind String, verdict String, command_variant UInt8, originator String, target String,
        counter UInt64, srv String, code String, reason String, size UInt32, sha256 String, responded_at DateTime64(6)'))`);
  session.query(`
    insert into audit.title
    select ${EUI_COLUMNS(['device'])}, recorded_at, sequence, ${EUI_COLUMNS(['user_id'])}, direction, kind, srv, code
    from file('${join(folder, 'titles.tsv')}', 'TSV', 'device String, recorded_at DateTime64(6), sequence UInt64,
      user_id String, direction String, kind String, srv String, code String')`);
  // what merging in the background would have done
  for (const table of ['message', 'title']) session.query(`optimize table audit.${table} final`);
}

/** @param folder with what dumpRows wrote; it is removed */
export async function askPeer(
  session: Session,
  folder: string,
  { rows, meters, questions }: { rows: number; meters: readonly Meter[]; questions: number },
): Promise<Record<string, unknown>> {
  const loaded = await timed(async () => load(session, folder));
  rmSync(folder, { recursive: true });
  const bytes = Number(
    session.query(`select sum(bytes_on_disk) from system.parts where active and database = 'audit'`, 'TSV'),
  );
  const own: number[] = [];
  const titles: number[] = [];
  for (let number = 0; number < questions; number++) {
    const filter = FILTERS[number % FILTERS.length] ?? 'none';
    const { user, query } = ownQuestion(filter, meters);
    const conditions = [
      `user_id = ${euiNumber(user)}`,
      ...(query.serviceReferenceVariant === undefined ? [] : [`srv = '${query.serviceReferenceVariant}'`]),
      ...(query.kind === undefined ? [] : [`kind = '${query.kind}'`]),
      ...(query.code === undefined ? [] : [`code = '${query.code}'`]),
      ...(query.device === undefined ? [] : [`target = ${euiNumber(query.device)}`]),
    ];
    const ownSql = `select * from audit.message where ${conditions.join(' and ')}
                    order by recorded_at desc, sequence desc limit ${LAST}`;
    own.push(await timed(async () => session.query(ownSql, 'JSONCompact')));
    const meter = meters[number % meters.length];
    if (meter === undefined) continue;
    const titlesSql = `select * from audit.title where device = ${euiNumber(meter.device)}
                       order by recorded_at desc, sequence desc`;
    titles.push(await timed(async () => session.query(titlesSql, 'JSONCompact')));
  }
  const [largest] = benchUsers();
  const of = `from audit.message where user_id = ${euiNumber(largest?.userId ?? '')}`;
  const exported = Number(session.query(`select count() ${of}`, 'TSV'));
  const took = await timed(async () =>
    session.query(`select * ${of} order by recorded_at desc into outfile '${folder}.csv' format CSV`),
  );
  rmSync(`${folder}.csv`, { force: true });
  const version = session.query('select version()', 'TSV').trim();
  session.cleanup();
  return {
    what: `ClickHouse ${version} (${PACKAGE})`,
    deviceTitles: shareOf(titles),
    ownRecord: shareOf(own),
    exportRowsPerSecond: Math.round((exported * 1000) / took),
    bytesPerRow: rounded(bytes / rows),
    loadedPerSecond: Math.round((rows * 1000) / loaded),
  };
}
