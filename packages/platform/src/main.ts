/**
 * Composition: builds the rooms from the configuration, starts them, and stops them in order. Nothing else builds
 * infrastructure, and nothing is decided here.
 *
 * Start: database (embedded unless configured), migrations, partitions, lanes -> directory -> delivery -> the gateway's
 * processes (doors.ts) -> API -> maintenance. Stop is the other way round: no new message is taken and those taken are answered, then the
 * streams are let go, then the database.
 */
import { flushCompileCache } from 'node:module';
import { requireEui } from '@penstock/duis';
import type pg from 'pg';
import { AggregatorRegistry, collectDefaultMetrics, Registry } from 'prom-client';
import manifest from '../package.json' with { type: 'json' };
import { createApi } from './api.ts';
import { startChannels } from './channels/index.ts';
import { Delivery } from './delivery/delivery.ts';
import type { Demonstration } from './demonstration/routes.ts';
import type { Measured } from './door-messages.ts';
import { openDoors } from './doors.ts';
import { EventHub } from './events/hub.ts';
import { readAlerter, startFollowers } from './followers.ts';
import { systemClock, utcDay } from './foundation/clock.ts';
import { type Config, isLoopback, originsOf } from './foundation/config.ts';
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
import { builtPortal, readPortalFiles } from './foundation/http/portal-files.ts';
import type { Log } from './foundation/log.ts';
import { databaseFault, dataFolderFault, listenFailure, readKeyPair } from './foundation/start-faults.ts';
import { createLanes } from './messages/lanes.ts';
import { dropOldDays, foldOldRequestIds, makeDaysAhead, packOldDays } from './messages/maintenance.ts';
import { openDirectory } from './parties/directory-reader.ts';
import { offerFirstAdministrator } from './people/first-administrator.ts';
import { createPeople } from './people/index.ts';
import { readProviders } from './people/providers.ts';
import { readSessionSecret } from './people/session-secret.ts';
import { findStanding } from './people/standing.ts';
import { dropEnded } from './people/upkeep.ts';
import { Reports } from './quarantine/report.ts';
import {
  API_CONNECTIONS,
  CHANNEL_CONNECTIONS,
  deliveryShare,
  EVENT_CONNECTIONS,
  intakeShare,
  REPORT_CONNECTIONS,
  SHAREPOINT_CONNECTIONS,
} from './shares.ts';
import { type Stops, stopInOrder } from './stops.ts';
import { setUpsOf } from './ways/set-up.ts';
import { WayWatch } from './ways/watch.ts';
import { writeSetUp } from './ways/ways-store.ts';

export { importFile } from './devices/import-file.ts';
export { consoleAuthor } from './foundation/console.ts';
export { ImportRefused } from './foundation/faults.ts';
export { addDemonstrationPeople, type DemonstrationPerson } from './people/demonstration.ts';
export { inviteFirstAdministrator } from './people/first-administrator.ts';
export { resetByMachine } from './people/invitations.ts';
export { linkOf } from './people/links.ts';
export { readSessionSecret } from './people/session-secret.ts';

export interface Platform {
  /** Where it listens; a port that was configured as 0 is the one that was free. */
  readonly addresses: {
    readonly gateway: string;
    readonly http: string;
    readonly sftp?: string;
    readonly smtp?: string;
  };
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

export interface StartOptions {
  readonly config: Config;
  readonly log: Log;
  /** Brings something in before anything is served: the demonstration its parties and devices. */
  readonly prepare?: ((pool: pg.Pool) => Promise<void>) | undefined;
  readonly demonstration?: Demonstration | undefined;
}

/** Starts everything. Throws PenstockError with what is wrong and leaves nothing running. */
export async function startPlatform(options: StartOptions): Promise<Platform> {
  const stops = stopInOrder(options.log);
  try {
    const addresses = await compose(options, stops.add);
    return { addresses, stop: stops.stop };
  } catch (error) {
    await stops.stop();
    throw error;
  }
}

async function compose({ config, log, prepare, demonstration }: StartOptions, onStop: Stops['add']) {
  // read before anything is started, so that a file that is missing or wrong is said at once
  readKeyPair(config, 'gateway', ['tlsKeyFile', 'tlsCertificateFile']);
  if (config.delivery.pushKeyFile !== undefined) {
    readKeyPair(config, 'delivery', ['pushKeyFile', 'pushCertificateFile']);
  }
  const alerter = readAlerter(config);
  const providers = readProviders(config.people.identityProvidersFile, process.env);
  const clock = systemClock;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });

  const database = await openPlatformDatabase(config, log);
  onStop('the database', () => database.close());
  const { pool, url } = database;
  await prepare?.(pool);
  const directory = await openDirectory({ pool, log, readRules: async () => undefined });
  onStop('the directory', () => directory.close());

  const forDelivery = openDatabase({
    url,
    poolSize: deliveryShare(config),
    applicationName: 'penstock delivery',
    log,
  });
  onStop('connections of the delivery', () => forDelivery.close());
  const delivery = new Delivery({ pool: forDelivery.pool, directory, clock, log, registry, config });
  await delivery.start();
  onStop('the delivery', () => delivery.stop());

  const doors = await openDoors({ config, log, databaseUrl: url });
  onStop('the gateway', () => doors.stop());

  await startFollowers({ config, log, registry, clock, databaseUrl: url, directory, delivery, alerter }, onStop);

  const forApi = openDatabase({ url, poolSize: API_CONNECTIONS, applicationName: 'penstock api', log });
  onStop('connections of the API', () => forApi.close());
  const forReports = openDatabase({ url, poolSize: REPORT_CONNECTIONS, applicationName: 'penstock reports', log });
  onStop('connections of reports', () => forReports.close());
  const reports = new Reports(forReports.pool);
  let port = config.http.port;
  const people = createPeople({
    pool: forApi.pool,
    clock,
    log,
    secret: readSessionSecret(config),
    operatorId: requireEui(config.operator.userId),
    // a public address says that a proxy leads to it from elsewhere
    admitsDemonstration:
      demonstration !== undefined && isLoopback(config.http.host) && config.http.publicAddress === undefined,
    providers,
    origins: () => originsOf(config, port),
  });
  const forEvents = openDatabase({ url, poolSize: EVENT_CONNECTIONS, applicationName: 'penstock events', log });
  onStop('connections of live pages', () => forEvents.close());
  const events = new EventHub({
    pool: forEvents.pool,
    log,
    registry,
    operatorId: requireEui(config.operator.userId),
    standing: (streams) => findStanding(forEvents.pool, streams, clock.now()),
    watch: delivery.wakeups.watchAny(),
  });
  const api = await createApi({
    pool: forApi.pool,
    reports,
    clock,
    log,
    people,
    events,
    demonstration,
    version: manifest.version,
    config,
    portal: { files: readPortalFiles(builtPortal) },
    operation: {
      checks: [
        { name: 'database', check: () => ping(forApi.pool) },
        { name: 'partitions', check: () => requirePartitions(forApi.pool, utcDay(clock.now())) },
        { name: 'gateway', check: () => doors.check() },
      ],
      metrics: async () => sumMetrics([await registry.getMetricsAsJSON(), ...(await doors.metrics())]),
    },
  });
  onStop('the API', () => api.close());

  const forChannels = openDatabase({ url, poolSize: CHANNEL_CONNECTIONS, applicationName: 'penstock channels', log });
  onStop('connections of the channels', () => forChannels.close());
  const forSharePoint = openDatabase({
    url,
    poolSize: SHAREPOINT_CONNECTIONS,
    applicationName: 'penstock sharepoint',
    log,
  });
  onStop('connections of SharePoint', () => forSharePoint.close());
  const channels = await startChannels({
    config,
    log,
    clock,
    registry,
    pool: forChannels.pool,
    sharepointPool: forSharePoint.pool,
    reports,
  });
  onStop('the channels', () => channels.stop());

  const ways = new WayWatch({
    pool: forChannels.pool,
    log,
    clock,
    registry,
    looks: { https: { probe: () => doors.check() }, ...channels.looks },
    operatorId: requireEui(config.operator.userId),
  });
  onStop('what looks at the ways', () => ways.stop());

  // each by itself: what hinders one must not keep tomorrow's partitions from being made
  const maintenance = [
    new Every(MAINTENANCE_SECONDS, log, 'days were not made ahead', () => makeDaysAhead({ pool, clock, log, config })),
    new Every(MAINTENANCE_SECONDS, log, 'RequestIDs were not folded', () =>
      foldOldRequestIds({ pool, clock, log, config }),
    ),
    new Every(MAINTENANCE_SECONDS, log, 'days of streams were not dropped', () => delivery.dropTakenDays()),
    new Every(MAINTENANCE_SECONDS, log, 'days of the record were not packed', () => packOldDays({ pool, clock, log })),
    new Every(MAINTENANCE_SECONDS, log, 'days of the record were not dropped', () =>
      dropOldDays({ pool, clock, log, config }),
    ),
    new Every(MAINTENANCE_SECONDS, log, 'sessions that ended were not dropped', () =>
      dropEnded(forApi.pool, clock.now()),
    ),
  ];
  onStop('the maintenance', async () => {
    await Promise.all(maintenance.map((one) => one.stop()));
  });
  // last: whoever asks /readyz before finds nobody there
  const http = await api.listen(config.http).catch((error: unknown) => {
    throw listenFailure(config, 'http', error);
  });
  port = http.port;
  const gateway = `https://${urlHost(config.gateway.host)}:${doors.port}`;
  const { sftp, email } = channels;
  await writeSetUp(pool, setUpsOf(config, { gateway, portal: originsOf(config, port)[0] ?? '', sftp, email }));
  const addresses = {
    gateway,
    http: `http://${urlHost(config.http.host)}:${http.port}`,
    ...(sftp === undefined ? {} : { sftp: `sftp://${urlHost(config.sftp.host)}:${sftp.port}` }),
    ...(email === undefined ? {} : { smtp: `smtp://${urlHost(config.email.host)}:${email.port}` }),
  };
  log.info(addresses, 'the platform is serving');
  // where Node keeps what it compiled (bin/_node.cjs): a process that is killed would leave nothing to the next
  flushCompileCache();
  if (config.http.publicAddress !== undefined && config.http.trustedProxies.length === 0) {
    log.warn('http.trusted_proxies names no proxy: all people count as one address, and share its limits');
  }
  // the demonstration has its own
  if (demonstration === undefined) {
    await offerFirstAdministrator(forApi.pool, {
      dataFolder: config.dataFolder,
      email: config.people.firstAdministrator,
      origin: originsOf(config, port)[0],
      now: clock.now(),
      log,
    });
  }
  return addresses;
}

function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** The metrics of all processes as one text: sums, but for what says otherwise of itself. */
function sumMetrics(measured: readonly Measured[]): Promise<string> {
  return AggregatorRegistry.aggregate(measured.map((one) => [...one])).metrics();
}
