// The REST API of the rooms that are there; main.ts and each door start it.
import { requireEui } from '@penstock/duis';
import type pg from 'pg';
import { causeRoutes } from './audit-trail/cause-routes.ts';
import { erraticRoutes } from './audit-trail/erratic-routes.ts';
import { exportRoutes } from './audit-trail/export-routes.ts';
import { questionRoutes } from './audit-trail/question-routes.ts';
import { createRecordStore } from './audit-trail/record-store.ts';
import { reportRoutes } from './audit-trail/report-routes.ts';
import { auditTrailRoutes } from './audit-trail/routes.ts';
import { titleRoutes } from './audit-trail/title-routes.ts';
import { createTitleStore } from './audit-trail/title-store.ts';
import { changesRoutes } from './changes/routes.ts';
import { emailRoutes } from './channels/email/routes.ts';
import { declaredTrafficRoutes } from './declared-traffic/routes.ts';
import { type Demonstration, demonstrationRoutes } from './demonstration/routes.ts';
import { devicesRoutes } from './devices/routes.ts';
import type { EventHub } from './events/hub.ts';
import { eventRoutes } from './events/routes.ts';
import { feedRoutes } from './feeds/routes.ts';
import type { Clock } from './foundation/clock.ts';
import type { Config } from './foundation/config.ts';
import { readFileSigner } from './foundation/file-signer.ts';
import { type OperationParts, operationRoutes } from './foundation/http/operation-routes.ts';
import { type PortalFiles, portalRoutes } from './foundation/http/portal-files.ts';
import { createHttpServer, type HttpServer } from './foundation/http/server.ts';
import type { Log } from './foundation/log.ts';
import { readSealer } from './foundation/sealed.ts';
import { incidentRoutes } from './incidents/routes.ts';
import { statusRoutes } from './incidents/status-routes.ts';
import { overviewRoutes } from './overview/routes.ts';
import { emailRecipientsRoutes } from './parties/email-recipients-routes.ts';
import { officersRoutes } from './parties/officers-routes.ts';
import { partiesRoutes } from './parties/routes.ts';
import { sshKeysRoutes } from './parties/ssh-keys-routes.ts';
import type { People } from './people/index.ts';
import { viewsRoutes } from './people/views-routes.ts';
import { noticesRoutes } from './quarantine/notices-routes.ts';
import type { Reports } from './quarantine/report.ts';
import { quarantineRoutes } from './quarantine/routes.ts';
import { waitingFor } from './submissions/approvals-store.ts';
import { submissionDocumentRoutes } from './submissions/documents-routes.ts';
import { submissionRoutes } from './submissions/routes.ts';
import { TrustFiles } from './submissions/trust.ts';
import { thresholdsRoutes } from './thresholds/routes.ts';
import { waysRoutes } from './ways/routes.ts';
import { readNetworks } from './webhooks/address.ts';
import { webhookRoutes } from './webhooks/routes.ts';

export function createApi(options: {
  readonly pool: pg.Pool;
  readonly reports: Reports;
  readonly clock: Clock;
  readonly log: Log;
  /** Health, readiness and metrics; undefined where another server answers for the whole. */
  readonly operation: OperationParts | undefined;
  /** Sign-in and people; undefined where only machines call. */
  readonly people: People | undefined;
  /** What tells open pages of changes; undefined where only machines call. */
  readonly events: EventHub | undefined;
  /** The simulated network, where this is the demonstration. */
  readonly demonstration: Demonstration | undefined;
  /** The pages of the portal; undefined where another server has them. `files` undefined: they are not built. */
  readonly portal: { readonly files: PortalFiles | undefined } | undefined;
  readonly version: string;
  readonly config: Config;
}): Promise<HttpServer> {
  const { pool, reports, clock, log, operation, people, events, demonstration, portal, version, config } = options;
  const operatorId = requireEui(config.operator.userId);
  const trust = new TrustFiles(config);
  const signer = readFileSigner(config);
  const record = createRecordStore({ pool, now: () => clock.now(), logDays: config.messages.logDays });
  const titles = createTitleStore({
    pool,
    now: () => clock.now(),
    logDays: config.messages.logDays,
    sealer: () => readSealer(pool),
  });
  return createHttpServer({
    log,
    version,
    sessions: people?.sessions,
    // machines come to the gateway themselves, and are known by their certificates
    ...(people === undefined
      ? {}
      : { trustedProxies: config.http.trustedProxies, isBehindTls: config.http.publicAddress !== undefined }),
    routes: [
      ...(operation === undefined ? [] : [operationRoutes({ log, ...operation })]),
      ...(people?.routes ?? []),
      ...(people === undefined || events === undefined
        ? []
        : [eventRoutes({ hub: events, sessions: people.sessions })]),
      partiesRoutes(pool),
      officersRoutes(pool),
      sshKeysRoutes(pool),
      emailRecipientsRoutes(pool),
      emailRoutes({ pool, clock, config }),
      devicesRoutes({ pool, clock }),
      auditTrailRoutes({ pool, record, clock, logDays: config.messages.logDays }),
      reportRoutes({ pool, clock, logDays: config.messages.logDays }),
      viewsRoutes({ pool, clock }),
      exportRoutes({ pool, titles, clock, logDays: config.messages.logDays }),
      titleRoutes({ pool, record, titles, clock, logDays: config.messages.logDays }),
      erraticRoutes({ pool, clock }),
      causeRoutes({ pool, record, titles, clock }),
      questionRoutes({ pool, titles, now: () => clock.now() }),
      thresholdsRoutes({ pool, clock }),
      submissionRoutes({
        pool,
        clock,
        log,
        operatorId,
        trust,
        mostBytes: config.files.maxBytes,
        mostKeptBytes: config.files.maxUserBytes,
      }),
      submissionDocumentRoutes({ pool, clock, signer }),
      quarantineRoutes({ pool, reports, operatorId, desk: config.operator.desk, clock, signer }),
      noticesRoutes({ pool, clock, isMailed: config.email.port !== undefined && config.email.relay !== undefined }),
      incidentRoutes({ pool, now: () => clock.now(), operatorId }),
      statusRoutes({ pool, now: () => clock.now(), operatorId }),
      waysRoutes({ pool, clock, operatorId }),
      changesRoutes({ pool, now: () => clock.now(), operatorId }),
      declaredTrafficRoutes({ pool, now: () => clock.now(), operatorId }),
      feedRoutes({ pool, now: () => clock.now(), operatorId }, people?.findPerson),
      webhookRoutes({ pool, now: () => clock.now(), allowed: readNetworks(config.webhooks.allowedNetworks) }),
      ...(demonstration === undefined ? [] : [demonstrationRoutes(demonstration)]),
      overviewRoutes({
        pool,
        clock,
        countApprovals: async (userIds, email) => (await waitingFor(pool, userIds, email)).length,
      }),
      ...(portal === undefined ? [] : [portalRoutes(portal.files)]),
    ],
  });
}
