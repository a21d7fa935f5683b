/**
 * Composition: builds the rooms from the configuration, starts them, and stops them in order. Nothing else builds
 * infrastructure, and nothing is decided here.
 *
 * Start: database (embedded unless configured), migrations, partitions, lanes -> directory -> delivery -> gateway and
 * API -> maintenance. Stop is the other way round: no new message is taken and those taken are answered, then the
 * streams are let go, then the database.
 */
import { requireEui } from '@penstock/duis';
import type pg from 'pg';
import { collectDefaultMetrics, Registry } from 'prom-client';
import manifest from '../package.json' with { type: 'json' };
import { createApi } from './audit-trail/api.ts';
import { Delivery } from './delivery/delivery.ts';
import { findDevices } from './devices/device-lookup.ts';
import { systemClock, utcDay } from './foundation/clock.ts';
import type { Config } from './foundation/config.ts';
import {
  type Database,
  type EmbeddedPostgres,
  ensurePartitions,
  migrate,
  openDatabase,
  ping,
  requirePartitions,
  startEmbeddedPostgres,
} from './foundation/database/index.ts';
import { Every } from './foundation/every.ts';
import type { Log } from './foundation/log.ts';
import { databaseFault, dataFolderFault, listenFailure, readKeyPair } from './foundation/start-faults.ts';
import type { Viewer } from './foundation/viewer.ts';
import { DeviceBatches } from './gateway/device-batches.ts';
import { Intake } from './gateway/intake.ts';
import { IntakeMetrics } from './gateway/metrics.ts';
import { Returns } from './gateway/returns.ts';
import { deliverRoute } from './gateway/returns-route.ts';
import { openSchemaValidator } from './gateway/schema-validator.ts';
import { GatewayServer, type Peer } from './gateway/server.ts';
import { ClockAlarm } from './messages/clock-alarm.ts';
import { Committer } from './messages/committer.ts';
import { dropOldDays, foldOldRequestIds, makeDaysAhead } from './messages/maintenance.ts';
import { createLanes } from './messages/record-store.ts';
import { openDirectory } from './parties/directory-reader.ts';

export { importFile } from './devices/import-file.ts';
export { ImportRefused } from './foundation/faults.ts';

export interface Platform {
  /** Where it listens; a port that was configured as 0 is the one that was free. */
  readonly addresses: { readonly gateway: string; readonly http: string };
  /** Stops in order: what was taken in is answered, nothing acknowledged is lost. Safe to call twice. */
  stop(): Promise<void>;
}

const MAINTENANCE_SECONDS = 300;

/** The database of the configuration, brought up to date; `stop` ends the embedded one. */
export interface MigratedDatabase {
  readonly url: string;
  /** The names of the migrations that were run. */
  readonly applied: readonly string[];
  stop(): Promise<void>;
}

/** Starts the embedded database unless another is configured, and migrates. Throws PenstockError with the setting. */
export async function migrateDatabase(config: Config, log: Log): Promise<MigratedDatabase> {
  const embedded = config.database.url === undefined ? await startEmbedded(config, log) : undefined;
  const url = config.database.url ?? embedded?.url ?? '';
  const stop = async () => embedded?.stop();
  try {
    return { url, applied: await migrate(url), stop };
  } catch (error) {
    await stop();
    throw databaseFault(config, error);
  }
}

async function startEmbedded(config: Config, log: Log): Promise<EmbeddedPostgres> {
  try {
    return await startEmbeddedPostgres({ dataFolder: config.dataFolder, log });
  } catch (error) {
    throw dataFolderFault(config, error);
  }
}

/** The database of the configuration, migrated, with its partitions and lanes; and how to let it go. */
export async function openPlatformDatabase(config: Config, log: Log): Promise<Database & { readonly url: string }> {
  const { url, applied, stop } = await migrateDatabase(config, log);
  if (applied.length > 0) log.info({ migrations: applied }, 'the database was migrated');
  const { pool, close: closePool } = openDatabase({
    url,
    poolSize: intakeShare(config),
    applicationName: 'penstock',
    log,
  });
  const close = async () => {
    await closePool();
    await stop();
  };
  try {
    await ensurePartitions(pool, { today: utcDay(new Date()), ahead: config.database.partitionDaysAhead });
    await createLanes(pool, config.messages.lanes);
    return { url, pool, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** People's questions have connections of their own: slow ones must not stand in front of what is recorded. */
const API_CONNECTIONS = 2;

/** So has delivery: its loops would queue in front of the commits that others wait for. */
function deliveryShare({ database }: Config): number {
  return Math.max(3, Math.floor(database.poolSize * 0.4));
}

function intakeShare(config: Config): number {
  return config.database.poolSize - deliveryShare(config) - API_CONNECTIONS;
}

export interface StartOptions {
  readonly config: Config;
  readonly log: Log;
  /** Brings something in before anything is served: the demonstration its parties and devices. */
  readonly prepare?: ((pool: pg.Pool) => Promise<void>) | undefined;
}

/** Starts everything. Throws PenstockError with what is wrong and leaves nothing running. */
export async function startPlatform({ config, log, prepare }: StartOptions): Promise<Platform> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const one of stops.splice(0).reverse()) await one();
  };
  try {
    const addresses = await compose({ config, log, prepare }, (one) => stops.push(one));
    return { addresses, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function compose({ config, log, prepare }: StartOptions, onStop: (stop: () => Promise<void>) => void) {
  // read before anything is started, so that a file that is missing or wrong is said at once
  const tls = { ...readKeyPair(config, 'gateway', ['tlsKeyFile', 'tlsCertificateFile']), ca: undefined };
  if (config.delivery.pushKeyFile !== undefined) {
    readKeyPair(config, 'delivery', ['pushKeyFile', 'pushCertificateFile']);
  }
  const clock = systemClock;
  const operatorId = requireEui(config.operator.userId);
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });

  const database = await openPlatformDatabase(config, log);
  onStop(() => database.close());
  const { pool } = database;
  await prepare?.(pool);
  const directory = await openDirectory({ pool, log });
  onStop(() => directory.close());

  const forDelivery = openDatabase({
    url: database.url,
    poolSize: deliveryShare(config),
    applicationName: 'penstock delivery',
    log,
  });
  onStop(() => forDelivery.close());
  const delivery = new Delivery({ pool: forDelivery.pool, directory, clock, log, registry, config });
  await delivery.start();
  onStop(() => delivery.stop());

  const clockAlarm = new ClockAlarm(clock, log);
  const committer: Committer = new Committer(pool, {
    mostWaiting: config.gateway.maxWaitingMessages,
    observer: {
      committed: (messages, seconds, laneTime) => {
        metrics.committed(messages, seconds, laneTime);
        clockAlarm.check(laneTime);
      },
      failed: (messages, failure) => {
        metrics.failed(messages);
        if (failure.status === 503) log.warn({ err: failure, messages }, 'a batch was not recorded');
        else log.error({ err: failure, messages }, 'a batch was not recorded');
      },
      streamed: (direction, userId) => delivery.wakeups.announce(direction, userId),
    },
  });
  const metrics = new IntakeMetrics(registry, () => committer.waiting);
  onStop(() => committer.drained());

  const schema =
    config.duis.schemaFolder === undefined ? undefined : await openSchemaValidator(config.duis.schemaFolder, log);
  if (schema !== undefined) onStop(() => schema.close());
  const devices = new DeviceBatches((asked) => findDevices(pool, asked));
  const intake = new Intake({ directory, devices, committer, clock, operatorId, metrics, schema });
  const returns = new Returns({ directory, committer, clock, operatorId });
  const forApi = openDatabase({
    url: database.url,
    poolSize: API_CONNECTIONS,
    applicationName: 'penstock api',
    log,
  });
  onStop(() => forApi.close());
  const api = await createApi({
    pool: forApi.pool,
    clock,
    log,
    registry,
    version: manifest.version,
    logDays: config.messages.logDays,
    checks: [
      { name: 'database', check: () => ping(forApi.pool) },
      { name: 'partitions', check: () => requirePartitions(forApi.pool, utcDay(clock.now())) },
    ],
  });
  onStop(() => api.close());
  const { gateway } = config;
  const server = new GatewayServer(
    {
      host: gateway.host,
      port: gateway.port,
      tls,
      requiresClientCertificate: gateway.mutualTls === 'required',
      maxMessageBytes: gateway.maxMessageBytes,
      headerTimeoutSeconds: gateway.headerTimeoutSeconds,
      bodyTimeoutSeconds: gateway.bodyTimeoutSeconds,
    },
    {
      intake,
      directory,
      clock,
      operatorId,
      metrics,
      log,
      isFull: () => committer.isFull,
      routes: new Map([...delivery.routes, ['POST /network/deliver', deliverRoute(returns, gateway.maxMessageBytes)]]),
      api: (request, response, peer) => api.handle(request, response, peer && viewerOfPeer(peer)),
    },
  );
  const port = await server.start().catch((error: unknown) => {
    throw listenFailure(config, 'gateway', error);
  });
  onStop(() => server.stop());

  // each by itself: what hinders one must not keep tomorrow's partitions from being made
  const maintenance = [
    new Every(MAINTENANCE_SECONDS, log, 'days were not made ahead', () => makeDaysAhead({ pool, clock, log, config })),
    new Every(MAINTENANCE_SECONDS, log, 'RequestIDs were not folded', () =>
      foldOldRequestIds({ pool, clock, log, config }),
    ),
    new Every(MAINTENANCE_SECONDS, log, 'days of streams were not dropped', () => delivery.dropTakenDays()),
    new Every(MAINTENANCE_SECONDS, log, 'days of the record were not dropped', () =>
      dropOldDays({ pool, clock, log, config }),
    ),
  ];
  onStop(async () => {
    await Promise.all(maintenance.map((one) => one.stop()));
  });
  // last: whoever asks /readyz before finds nobody there
  const http = await api.listen(config.http).catch((error: unknown) => {
    throw listenFailure(config, 'http', error);
  });
  const addresses = {
    gateway: `https://${urlHost(gateway.host)}:${port}`,
    http: `http://${urlHost(config.http.host)}:${http.port}`,
  };
  log.info(addresses, 'the platform is serving');
  return addresses;
}

function viewerOfPeer({ userId, isOperator }: Peer): Viewer {
  return isOperator ? { kind: 'operator', userId } : { kind: 'user', userIds: [userId] };
}

function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
