/**
 * What goes on by itself in the platform's own process: signed files are brought to rest, decisions carried out, alerts,
 * notices and incidents written, the log summed up, for thresholds and by device. Each follows rows that others wrote, takes its turn by a lock, and
 * may run in any number of processes.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { requireEui } from '@penstock/duis';
import type pg from 'pg';
import { Gauge, type Registry } from 'prom-client';
import { dropOldActivity, sumUpActivity } from './audit-trail/activity-sums.ts';
import { ExportWorker } from './audit-trail/export-worker.ts';
import { dropExpiredExports } from './audit-trail/exports-store.ts';
import { dropOldQuestions } from './audit-trail/question-changes-store.ts';
import { createTitleStore } from './audit-trail/title-store.ts';
import { tellConsulted } from './changes/index.ts';
import type { Delivery } from './delivery/delivery.ts';
import { findDevices } from './devices/device-lookup.ts';
import { dropOldItems } from './feeds/feed.ts';
import { addDays, type Clock, utcDay } from './foundation/clock.ts';
import type { Config } from './foundation/config.ts';
import { openDatabase } from './foundation/database/index.ts';
import { PenstockError } from './foundation/errors.ts';
import { Every } from './foundation/every.ts';
import type { Log } from './foundation/log.ts';
import { restingUntil } from './foundation/pieces.ts';
import { readSealer } from './foundation/sealed.ts';
import { readKeyPair } from './foundation/start-faults.ts';
import { judgeHeld } from './gateway/held-rights.ts';
import { followCauses } from './incidents/follow.ts';
import { dropOldTraffic } from './overview/traffic-store.ts';
import { readCertificateFor } from './parties/certificates.ts';
import type { DirectoryReader } from './parties/directory-reader.ts';
import { announceDirectory } from './parties/directory-version.ts';
import { AlertFollower } from './quarantine/alert-follower.ts';
import type { Alerter } from './quarantine/alerts.ts';
import { writeNotices } from './quarantine/notices.ts';
import { ReleaseWorker } from './quarantine/release.ts';
import { dropDecidedDays, expireHeld } from './quarantine/retention.ts';
import { EXPORT_CONNECTIONS, FOLLOWER_CONNECTIONS } from './shares.ts';
import type { Stops } from './stops.ts';
import { expireWaiting } from './submissions/submissions-store.ts';
import { countStopped } from './submissions/tries-store.ts';
import { TrustFiles } from './submissions/trust.ts';
import { dropUnsigned } from './submissions/unsigned-store.ts';
import { dropAbandonedUploads } from './submissions/uploads-store.ts';
import { SubmissionWorker } from './submissions/worker.ts';
import { sumUpLog } from './thresholds/log-sums.ts';
import { lookAtUsage } from './thresholds/usage-store.ts';
import { readNetworks } from './webhooks/address.ts';
import { WebhookSender } from './webhooks/send.ts';

const NOTICE_SECONDS = 5;
/** What came since is read from the log at each question: at 10,000 messages a second some 0.1 s of it. */
const SUM_SECONDS = 20;
const UPKEEP_SECONDS = 300;
/** What devices do is shown by the day: a device's messages of a minute change its row once. */
const ACTIVITY_SECONDS = 60;
/** Looks at the use of thresholds are a minute apart at least; twice a minute none is missed. */
const USAGE_SECONDS = 30;

export interface FollowerParts {
  readonly config: Config;
  readonly log: Log;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly databaseUrl: string;
  readonly directory: DirectoryReader;
  readonly delivery: Delivery;
  readonly alerter: Alerter | undefined;
}

/** By whom alerts are signed; undefined where no key is configured. @throws PenstockError 'config.invalid' */
export function readAlerter(config: Config): Alerter | undefined {
  const { userId, signingKeyFile, quarantineAlertCode } = config.operator;
  if (signingKeyFile === undefined) return undefined;
  const { key, cert } = readKeyPair(config, 'operator', ['signingKeyFile', 'signingCertificateFile']);
  const operatorId = requireEui(userId);
  try {
    const { issuer, serial } = readCertificateFor(new X509Certificate(cert).toString(), 'signing', operatorId);
    return {
      signer: { privateKey: createPrivateKey(key), issuer, serial },
      operatorId,
      alertCode: quarantineAlertCode,
    };
  } catch (cause) {
    const detail = `operator.signing_certificate_file (PENSTOCK_OPERATOR_SIGNING_CERTIFICATE_FILE): ${cause instanceof Error ? cause.message : cause}`;
    throw new PenstockError('config.invalid', { detail, cause });
  }
}

/** Whoever sets thresholds is told of what they hold: without a key nobody would be. */
async function requireAlerter(pool: pg.Pool, alerter: Alerter | undefined): Promise<void> {
  if (alerter !== undefined) return;
  const { rows } = await pool.query('select from threshold_version where ended_at is null limit 1');
  if (rows.length === 0) return;
  throw new PenstockError('config.invalid', {
    detail:
      'operator.signing_key_file (PENSTOCK_OPERATOR_SIGNING_KEY_FILE): is needed, because thresholds are in force and alerts about what they hold are signed by the Operator',
  });
}

/** Starts all of it; what must be stopped is handed to `onStop`. @throws PenstockError 'config.invalid' */
export async function startFollowers(parts: FollowerParts, onStop: Stops['add']): Promise<void> {
  const { config, log, registry, clock, databaseUrl: url, directory, delivery, alerter } = parts;
  const operatorId = requireEui(config.operator.userId);
  const open = (poolSize: number) => {
    const database = openDatabase({ url, poolSize, applicationName: 'penstock decisions', log });
    onStop('connections of decisions', () => database.close());
    return database.pool;
  };
  const pool = open(FOLLOWER_CONNECTIONS - 1);
  // a connection that nobody waits for while he holds another
  const forDevices = open(1);
  await requireAlerter(pool, alerter);
  const streamed = delivery.wakeups.announce.bind(delivery.wakeups);

  const release = new ReleaseWorker({
    pool,
    directory,
    clock,
    log,
    judge: (held, facts) => judgeHeld(held, { ...facts, operatorId, instant: clock.now().getTime() }),
    findDevices: (devices) => findDevices(forDevices, devices),
    expireDays: config.quarantine.expireDays,
    streamed,
  });
  const submissions = new SubmissionWorker({
    pool,
    trust: new TrustFiles(config),
    log,
    operatorId,
    releaseRate: config.quarantine.releaseRate,
    signatureDays: config.files.signatureDays,
    unsigned: { days: config.files.unsignedDays, mostBytes: config.files.maxUnsignedBytes },
    applied: async (kind) => {
      if (kind === 'actions') release.wake();
      else await announceDirectory(pool);
    },
  });
  const workers: { start(): void; stop(): Promise<void> }[] = [release, submissions];
  if (alerter !== undefined) workers.push(new AlertFollower({ pool, log, alerter, streamed }));
  // its pages are read while others are kept: connections of its own, so that nobody else waits for them
  const { keepDays, maxUserBytes: mostUserBytes } = config.exports;
  const forExports = open(EXPORT_CONNECTIONS);
  const titles = createTitleStore({
    pool: forExports,
    now: () => clock.now(),
    logDays: config.messages.logDays,
    sealer: () => readSealer(forExports),
  });
  workers.push(new ExportWorker({ pool: forExports, titles, log, keepDays, mostUserBytes }));
  const webhooks = new WebhookSender({
    pool,
    clock,
    log,
    registry,
    operatorId,
    allowed: readNetworks(config.webhooks.allowedNetworks),
  });
  workers.push(webhooks);
  for (const worker of workers) {
    worker.start();
    onStop(worker.constructor.name, () => worker.stop());
  }

  const stopped = new Gauge({
    name: 'penstock_signed_files_needing_operator',
    help: 'Signed files of which every try to work on them failed, and that wait for the Operator',
    registers: [registry],
  });
  const { expireDays } = config.quarantine;
  const upkeep = [
    new Every(NOTICE_SECONDS, log, 'notices were not written', () => writeNotices(pool)),
    new Every(NOTICE_SECONDS, log, 'incidents were not followed', () =>
      followCauses({ pool, now: () => clock.now(), operatorId }),
    ),
    new Every(NOTICE_SECONDS, log, 'who is consulted on a change was not told', () =>
      tellConsulted({ pool, now: () => clock.now() }),
    ),
    new Every(NOTICE_SECONDS, log, 'files that wait for the Operator were not counted', async () =>
      stopped.set(await countStopped(pool)),
    ),
    new Every(SUM_SECONDS, log, 'the log was not summed up', (stop) => sumUpLog(pool, restingUntil(stop))),
    new Every(ACTIVITY_SECONDS, log, 'what devices do was not summed up', (stop) =>
      sumUpActivity(pool, { between: restingUntil(stop) }),
    ),
    new Every(USAGE_SECONDS, log, 'the use of thresholds was not looked at', () => lookAtUsage(pool, clock.now())),
    new Every(UPKEEP_SECONDS, log, 'old counts of traffic were not dropped', () => dropOldTraffic(pool, clock.now())),
    new Every(UPKEEP_SECONDS, log, 'old counts of devices were not dropped', () => dropOldActivity(pool, clock.now())),
    new Every(UPKEEP_SECONDS, log, 'what calendars were given was not dropped', () =>
      dropOldItems({ pool, now: () => clock.now() }),
    ),
    new Every(UPKEEP_SECONDS, log, 'old messages of webhooks were not dropped', () => webhooks.dropOld()),
    new Every(UPKEEP_SECONDS, log, 'old questions were not dropped', () =>
      dropOldQuestions(pool, new Date(`${addDays(utcDay(clock.now()), -config.messages.logDays)}T00:00:00Z`)),
    ),
    new Every(UPKEEP_SECONDS, log, 'uploads that did not end were not dropped', async () => {
      await dropAbandonedUploads(pool);
    }),
    new Every(UPKEEP_SECONDS, log, 'files that no officer signed were not dropped', async () => {
      const dropped = await dropUnsigned(pool);
      if (dropped > 0) log.info({ files: dropped }, 'the bytes of files that no officer signed were dropped');
    }),
    new Every(UPKEEP_SECONDS, log, 'files that wait for a second officer were not expired', async () => {
      const expired = await expireWaiting(pool, config.files.signatureDays);
      if (expired > 0) log.info({ files: expired }, 'files that no second officer signed were refused');
    }),
    new Every(UPKEEP_SECONDS, log, 'held messages were not expired', async () => {
      const expired = expireDays === undefined ? 0 : await expireHeld(pool, expireDays);
      if (expired > 0) log.info({ messages: expired }, 'held messages expired and are deleted');
    }),
    new Every(UPKEEP_SECONDS, log, 'exports that expired were not dropped', async () => {
      const dropped = await dropExpiredExports(pool);
      if (dropped > 0) log.info({ exports: dropped }, 'exports were kept as long as they may be, and are dropped');
    }),
    new Every(UPKEEP_SECONDS, log, 'days of held messages were not dropped', async () => {
      const dropped = await dropDecidedDays(pool, addDays(utcDay(clock.now()), -config.messages.logDays));
      if (dropped.length > 0) log.info({ days: dropped.length }, 'days of held messages have ended');
    }),
  ];
  onStop('the upkeep', async () => {
    await Promise.all(upkeep.map((one) => one.stop()));
  });
}
