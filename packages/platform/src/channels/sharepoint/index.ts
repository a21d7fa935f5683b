// SharePoint, as the settings have it.
import { requireEui } from '@penstock/duis';
import type pg from 'pg';
import type { Clock } from '../../foundation/clock.ts';
import type { Config } from '../../foundation/config.ts';
import { readFileSigner } from '../../foundation/file-signer.ts';
import type { Log } from '../../foundation/log.ts';
import type { Reports } from '../../quarantine/report.ts';
import { TrustFiles } from '../../submissions/trust.ts';
import type { WayLook } from '../../ways/watch.ts';
import { Graph } from './graph.ts';
import { SharePointPoller } from './poller.ts';
import { Shelf } from './shelf.ts';
import { Taker } from './taker.ts';
import { readClientAuth, Tokens } from './token.ts';

export interface SharePointParts {
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
  /** Of two connections at least: one has the turn for as long as a round lasts. */
  readonly pool: pg.Pool;
  readonly reports: Reports;
}

export interface SharePoint {
  /** One round now; it may be that another process does it, or that the service is to be left alone. */
  round(): Promise<void>;
  readonly look: WayLook;
  start(): void;
  stop(): Promise<void>;
}

/** Undefined where the settings have none. @throws PenstockError 'config.invalid' */
export async function openSharePoint(parts: SharePointParts): Promise<SharePoint | undefined> {
  const { config, log, clock, pool, reports } = parts;
  const { tenantId, clientId, driveId: drive, graphOrigin, loginOrigin, rootFolder, pollSeconds } = config.sharepoint;
  if (tenantId === undefined || clientId === undefined || drive === undefined) return undefined;
  const stopping = new AbortController();
  const { signal } = stopping;
  const tokens = new Tokens({
    loginOrigin,
    graphOrigin,
    tenantId,
    clientId,
    auth: await readClientAuth(config),
    signal,
    onPause: (milliseconds) => graph.pauseFor(milliseconds),
  });
  const graph: Graph = new Graph({ origin: graphOrigin, drive, tokens, log, signal });
  const library = { pool, graph, drive };
  const taker = new Taker({
    ...library,
    log,
    clock,
    trust: new TrustFiles(config),
    mostBytes: config.files.maxBytes,
    mostKeptBytes: config.files.maxUserBytes,
  });
  const operatorId = requireEui(config.operator.userId);
  const shelf = new Shelf({ ...library, clock, reports, operatorId, signer: readFileSigner(config), signal });
  const poller = new SharePointPoller({ ...library, log, clock, rootFolder, pollSeconds, taker, shelf, signal });
  return {
    round: () => poller.look(),
    look: { probe: () => poller.probe(), waiting: () => poller.waiting() },
    start: () => poller.start(),
    async stop() {
      stopping.abort();
      await poller.stop();
    },
  };
}
