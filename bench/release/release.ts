import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { PenstockClient, type SubmissionLife } from '@penstock/api';
import { readCertificates, signDetached } from '@penstock/files/signature';
import type { UserCredentials, World } from '@penstock/simulator';
import type pg from 'pg';
import { temporaryFolder } from '../harness/cleanup.ts';
import { openBenchDatabase } from '../harness/database.ts';
import { describeMachine } from '../harness/machine.ts';
import type { BenchOptions } from '../harness/options.ts';
import { Platform } from '../harness/platform.ts';
import { say } from '../harness/progress.ts';
import type { BenchResult } from '../harness/result.ts';
import { rounded } from '../harness/statistics.ts';
import { openWorld } from '../harness/world.ts';

/**
 * How long a release takes: 100,000 held messages of 3 kB, from the delivery of the action file that an officer signed
 * until the last is on the stream. The floor beside it is what PostgreSQL needs to copy the same rows onto a stream in
 * one statement, without anything that makes it a release.
 */

const HOMES = 2_000;
const BYTES = 3_000;
const FULL = 100_000;
const QUICK = 10_000;
const WAIT_MS = 20;

export async function release(options: BenchOptions): Promise<BenchResult> {
  const messages = options.quick ? QUICK : FULL;
  const folder = temporaryFolder();
  const now = new Date().toISOString();
  const world = await openWorld({ folder: join(folder, 'world'), seed: 'release', homes: HOMES, now, receivePort: 0 });
  const user = [...world.pki.users.values()].find(({ userId }) => userId === world.users[0]?.userId);
  if (user === undefined) throw new Error('the world has no User');

  say('starting the platform');
  const platform = await Platform.prepare({ folder, world, profileFolder: options.profileFolder });
  await platform.start();
  await platform.import(world);
  const database = await openBenchDatabase(platform.dataFolder);
  say(`holding ${messages} messages of ${BYTES} bytes`);
  const event = await holdMessages(database.pool, user, messages);
  const file = await actionFile(database.pool, user.userId, event);
  const signature = sign(file, user);
  const client = clientOf(platform, world, user);

  say('releasing');
  const before = platform.cpuTimes({});
  const started = performance.now();
  const receipt = await client.submit(pieces(file), signature);
  const received = performance.now();
  const life = await untilDone(client, receipt.sha256);
  const applied = performance.now();
  const released = await untilReleased(client, messages);
  const ended = performance.now();
  const after = platform.cpuTimes({});
  if (life.state !== 'applied') throw new Error(`the file was ${life.state}: ${life.detail}`);
  if (released.sent !== messages) throw new Error(`${released.sent} were sent, ${released.refused} refused`);
  const audit = await auditStream(database.pool, user.userId);
  const floorSeconds = await copyPlainly(database.pool, user.userId);
  client.close();
  await database.close();
  await platform.stop();

  const seconds = (from: number, to: number): number => rounded((to - from) / 1000);
  const cpu = (name: string): number => rounded(((after[name] ?? 0) - (before[name] ?? 0)) / messages);
  return {
    name: 'release',
    figures: {
      seconds: seconds(started, ended),
      stages: {
        receivedSeconds: seconds(started, received),
        appliedSeconds: seconds(received, applied),
        releasedSeconds: seconds(applied, ended),
      },
      messages,
      bytes: BYTES,
      fileBytes: file.length,
      ...audit,
      cpuPerMessage: { platform: cpu('platform'), postgresql: cpu('postgresql') },
    },
    floor: { seconds: '< 10', lost: '0', doubled: '0' },
    peers: { copySeconds: floorSeconds },
    ratio: rounded((ended - started) / 1000 / floorSeconds),
    machine: describeMachine(new Date(), database.version),
  };
}

/** As screening leaves them: log, event, and messages with their bytes, to devices that the User is responsible for. */
async function holdMessages(pool: pg.Pool, { userId, signing }: UserCredentials, messages: number): Promise<string> {
  const fingerprint = createHash('sha256').update(new X509Certificate(signing.certificate).raw).digest();
  const signer = fingerprint.readBigUInt64BE(0) >> 1n;
  const { rows } = await pool.query<{ day: string; event: string }>(
    `update lane set time = greatest(time, clock_timestamp()), sequence = sequence + $1
     returning (time at time zone 'UTC')::date::text as day,
               to_char(time at time zone 'UTC', 'YYYYMMDD') || '000000000001' as event`,
    [messages],
  );
  const { day, event } = rows[0] ?? {};
  if (day === undefined || event === undefined) throw new Error('there is no lane');
  await pool.query(
    `insert into quarantine_event (user_id, event, detector, threshold_id, threshold_version, direction, words, first_at,
                                   last_at, held, changed_at)
     values ($1, $2, 'user', 1, 1, 'southbound', 'bench', clock_timestamp(), clock_timestamp(), $3, clock_timestamp())`,
    [userId, event, messages],
  );
  // told already: the alerts of real ones were written when they were held
  await pool.query(
    `with told as (
       insert into alert_cursor (user_id, lane, day, sequence) values ('00:00:00:00:00:00:00:00', 0, $5, $3)
       on conflict (user_id, lane) do update set day = excluded.day, sequence = excluded.sequence
     ), target as (
       select r.device, row_number() over (order by r.device) - 1 as place, count(*) over () as of
       from responsibility r join device d using (device)
       where r.user_id = $1 and r.role = 'IS' and r.valid_from <= now() and r.valid_to > now() and d.kind = 'ESME' and d.status = 'Commissioned'
     ), made as (
       select n, t.device, convert_to(rpad('held ' || n || ' ', $4, md5(n::text)), 'UTF8') as body
       from generate_series(1, $3::bigint) n join target t on t.place = n % t.of
     ), logged as (
       insert into message_log (user_id, day, sequence, recorded_at, direction, kind, verdict, command_variant, originator,
                                target, counter, srv, code, size, sha256, repetition)
       select $1, $5, n, clock_timestamp(), 'southbound', 'service_request', 'held', 1, $1, device, n, '4.1.1', 'I99',
              octet_length(body), sha256(body), 0 from made
     )
     insert into held_message (user_id, day, sequence, event, held_at, direction, kind, command_variant, srv, originator,
                               target, counter, message_id, signer, version, count, bound, size, sha256, body)
     select $1, $5, n, $2, clock_timestamp(), 'southbound', 'service_request', 1, '4.1.1', $1, device, n,
            upper(replace($1::macaddr8::text, ':', '-') || ':' || replace(device::text, ':', '-')) || ':' || n,
            $6, 1, n, 10, octet_length(body), sha256(body), body
     from made`,
    [userId, event, messages, BYTES, day, signer.toString()],
  );
  return event;
}

async function actionFile(pool: pg.Pool, userId: string, event: string): Promise<Buffer> {
  const { rows } = await pool.query<{ line: string }>(
    `select concat_ws(',', 'action', event, message_id, encode(sha256, 'hex'), 'process', 'checked') as line
     from held_message where user_id = $1 and event = $2 order by day, sequence`,
    [userId, event],
  );
  const header = 'quarantine-actions/1,event,message_id,sha256,action,reason';
  return Buffer.from(`${[header, ...rows.map(({ line }) => line)].join('\n')}\n`);
}

function sign(file: Buffer, { officers }: UserCredentials): Buffer {
  const [officer] = officers;
  const [certificate] = readCertificates(Buffer.from(officer?.certificate ?? ''));
  if (officer === undefined || certificate === undefined) throw new Error('the User has no officer');
  return signDetached({
    digest: createHash('sha256').update(file).digest(),
    key: createPrivateKey(officer.key),
    certificate,
    chain: [],
    signingTime: new Date(),
  });
}

function clientOf(platform: Platform, { pki }: World, { transport }: UserCredentials): PenstockClient {
  return new PenstockClient({
    address: `https://127.0.0.1:${platform.gatewayPort}`,
    certificate: transport.certificate,
    key: transport.key,
    authorities: readFileSync(pki.authorityFile),
  });
}

async function* pieces(file: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < file.length; at += 65_536) yield file.subarray(at, at + 65_536);
}

async function untilDone(client: PenstockClient, sha256: string): Promise<SubmissionLife> {
  for (;;) {
    const life = await client.submission(sha256);
    if (life.state === 'applied' || life.state === 'refused') return life;
    await pause(WAIT_MS);
  }
}

async function untilReleased(client: PenstockClient, messages: number) {
  for (;;) {
    const [found] = (await client.releases({ limit: 1 })).items;
    if (found?.state === 'done') return found;
    if (found !== undefined && found.sent > messages) throw new Error('more were sent than were held');
    await pause(WAIT_MS);
  }
}

/** Held messages that are not on the stream, or there more than once. */
async function auditStream(pool: pg.Pool, userId: string): Promise<{ lost: number; doubled: number }> {
  const { rows } = await pool.query<{ lost: number; doubled: number }>(
    `with sent as (
       select s.message_day as day, s.message_sequence as sequence, count(*) as times
       from stream s where s.user_id = $1 and s.direction = 'southbound' group by 1, 2
     )
     select count(*) filter (where s.times is null)::integer as lost, count(*) filter (where s.times > 1)::integer as doubled
     from held_message h left join sent s using (day, sequence) where h.user_id = $1`,
    [userId],
  );
  return rows[0] ?? { lost: Number.NaN, doubled: Number.NaN };
}

/** The same bytes onto the stream of somebody who is nobody, in one statement. */
async function copyPlainly(pool: pg.Pool, userId: string): Promise<number> {
  const started = performance.now();
  await pool.query(
    `insert into stream (user_id, direction, day, sequence, message_day, message_sequence, kind, body)
     select '00:00:00:00:00:00:00:01', direction, day, sequence, day, sequence, kind, body from held_message
     where user_id = $1`,
    [userId],
  );
  return rounded((performance.now() - started) / 1000);
}
