/**
 * One process's share of the gateway: all that takes messages in on the gateway's port and hands them out there, with
 * its own connections to the database. It keeps nothing that another share would need: what binds them together is in
 * the database, so any number of them, in any number of processes, serve the same port or different ones.
 */

import { requireEui, verifyOnThreadPool } from '@penstock/duis';
import type { Registry } from 'prom-client';
import manifest from '../package.json' with { type: 'json' };
import { createApi } from './api.ts';
import { DeliveryDoor } from './delivery/delivery.ts';
import { findDevices } from './devices/device-lookup.ts';
import { systemClock } from './foundation/clock.ts';
import type { Config } from './foundation/config.ts';
import { openDatabase } from './foundation/database/index.ts';
import type { Log } from './foundation/log.ts';
import { listenFailure, readKeyPair } from './foundation/start-faults.ts';
import type { Viewer } from './foundation/viewer.ts';
import { DeviceBatches } from './gateway/device-batches.ts';
import { Intake } from './gateway/intake.ts';
import { IntakeMetrics } from './gateway/metrics.ts';
import { Returns } from './gateway/returns.ts';
import { deliverRoute } from './gateway/returns-route.ts';
import { openSchemaValidator } from './gateway/schema-validator.ts';
import { GatewayServer, type KnownPeer } from './gateway/server.ts';
import { SignatureThread } from './gateway/signature-thread.ts';
import { ClockAlarm } from './messages/clock-alarm.ts';
import { Committer } from './messages/committer.ts';
import { openDirectory } from './parties/directory-reader.ts';
import { Reports } from './quarantine/report.ts';
import { API_CONNECTIONS, deliveryShare, intakeShare, REPORT_CONNECTIONS } from './shares.ts';
import type { Stops } from './stops.ts';
import { loadScreening } from './thresholds/screening-store.ts';

export interface DoorParts {
  readonly config: Config;
  readonly log: Log;
  readonly databaseUrl: string;
  readonly registry: Registry;
  /** Signatures are verified in a thread beside: where processors are left that no other process of the gateway has. */
  readonly verifiesBeside: boolean;
}

/**
 * Listens on the gateway's port; returns it. What must be stopped is handed to `onStop` as it is made, to be stopped
 * the other way round. Throws PenstockError with the setting that is wrong.
 */
export async function openDoor(parts: DoorParts, onStop: Stops['add']): Promise<number> {
  const { config, log, databaseUrl: url, registry } = parts;
  const clock = systemClock;
  const operatorId = requireEui(config.operator.userId);
  const open = (poolSize: number, applicationName: string, pipeline = false) => {
    const database = openDatabase({ url, poolSize, applicationName, log, pipeline });
    onStop(`connections of ${applicationName}`, () => database.close());
    return database.pool;
  };
  const pool = open(intakeShare(config), 'penstock gateway', true);
  const forDelivery = open(deliveryShare(config), 'penstock delivery');
  const forApi = open(API_CONNECTIONS, 'penstock api');
  const forReports = open(REPORT_CONNECTIONS, 'penstock reports');
  const directory = await openDirectory({ pool, log, readRules: loadScreening });
  onStop('the directory', () => directory.close());
  const delivery = new DeliveryDoor({ pool: forDelivery, log, registry });
  await delivery.start();
  onStop('the delivery', () => delivery.stop());

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
  onStop('what waits to be recorded', () => committer.drained());

  const schema =
    config.duis.schemaFolder === undefined ? undefined : await openSchemaValidator(config.duis.schemaFolder, log);
  if (schema !== undefined) onStop('the validation by the schema', () => schema.close());
  const devices = new DeviceBatches((asked) => findDevices(pool, asked));
  const signatures = parts.verifiesBeside ? new SignatureThread({ log }) : undefined;
  onStop('the verification of signatures', async () => signatures?.close());
  const arithmetic = signatures?.verify;
  const intake = new Intake({ directory, devices, committer, clock, operatorId, metrics, arithmetic, schema });
  const returns = new Returns({
    directory,
    committer,
    clock,
    operatorId,
    arithmetic: arithmetic ?? verifyOnThreadPool,
  });
  const api = await createApi({
    pool: forApi,
    reports: new Reports(forReports),
    clock,
    log,
    version: manifest.version,
    config,
    operation: undefined,
    people: undefined,
    events: undefined,
    demonstration: undefined,
    portal: undefined,
  });
  onStop('the API', () => api.close());
  const { gateway } = config;
  const server = new GatewayServer(
    {
      host: gateway.host,
      port: gateway.port,
      tls: readKeyPair(config, 'gateway', ['tlsKeyFile', 'tlsCertificateFile']),
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
      api: (request, response, peer) =>
        api.handle(request, response, () => {
          const known = peer();
          return known && viewerOfPeer(known);
        }),
    },
  );
  const port = await server.start().catch((error: unknown) => {
    throw listenFailure(config, 'gateway', error);
  });
  onStop('requests', () => server.stop());
  return port;
}

function viewerOfPeer({ userId, isOperator, fingerprint: certificate, role }: KnownPeer): Viewer {
  const machine = { certificate, role, reason: undefined };
  return isOperator ? { kind: 'operator', userId, machine } : { kind: 'user', userIds: [userId], machine };
}
