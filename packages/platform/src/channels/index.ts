// Ways by which signed files come in beside the API, and receipts and reports go out.
//
// What they do: each is an adapter between what its clients speak and one intake (submissions/receive.ts). What they do
// not: none looks into a file or judges a signature; that is the same on every way.
//
// What always holds: no way hands anything of a User to another; a file that a way has acknowledged as whole is taken in
// although the platform is killed, and once.
import { requireEui } from '@penstock/duis';
import type pg from 'pg';
import type { Registry } from 'prom-client';
import type { Clock } from '../foundation/clock.ts';
import type { Config } from '../foundation/config.ts';
import { readFileSigner } from '../foundation/file-signer.ts';
import type { Log } from '../foundation/log.ts';
import { listenFailure } from '../foundation/start-faults.ts';
import type { Reports } from '../quarantine/report.ts';
import { TrustFiles } from '../submissions/trust.ts';
import type { WayLook, WayLooks } from '../ways/watch.ts';
import { requireBanner } from './banner.ts';
import { type Email, startEmail } from './email/index.ts';
import { readHostKey, shownHostKey } from './sftp/host-key.ts';
import { countWaiting } from './sftp/incoming-store.ts';
import { PairTaker } from './sftp/pair-taker.ts';
import { SftpServer } from './sftp/server.ts';
import { openSharePoint } from './sharepoint/index.ts';

export interface ChannelParts {
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
  readonly registry: Registry;
  readonly pool: pg.Pool;
  /** Of two connections: one has the turn for as long as a round lasts. */
  readonly sharepointPool: pg.Pool;
  readonly reports: Reports;
}

export interface Channels {
  /** Where SFTP listens, and by what it is known; undefined: it is off. */
  readonly sftp: { readonly port: number; readonly fingerprint: string; readonly hostKey: string } | undefined;
  /** Where SMTP listens, and the certificate to which mails are encrypted; undefined: it is off. */
  readonly email: Pick<Email, 'port' | 'fingerprint'> | undefined;
  /** What can be asked of each way that is served here. */
  readonly looks: WayLooks;
  stop(): Promise<void>;
}

/** What lies in a folder may have as many bytes as two files of the largest size. */
const FOLDER_FILES = 2;

/** Starts the ways that are configured. @throws PenstockError 'config.invalid' */
export async function startChannels(parts: ChannelParts): Promise<Channels> {
  const sftp = await startSftp(parts);
  try {
    const sharepoint = await openSharePoint({ ...parts, pool: parts.sharepointPool });
    const email = await startEmail(parts);
    sharepoint?.start();
    const looks = {
      ...(sftp && { sftp: sftp.look }),
      ...(email && { email: email.look }),
      ...(sharepoint && { sharepoint: sharepoint.look }),
    };
    const stop = async () => {
      await Promise.all([sftp?.stop(), email?.stop(), sharepoint?.stop()]);
    };
    return { sftp, email, looks, stop };
  } catch (error) {
    await sftp?.stop();
    throw error;
  }
}

type Sftp = NonNullable<Channels['sftp']> & { readonly look: WayLook; stop(): Promise<void> };

async function startSftp(parts: ChannelParts): Promise<Sftp | undefined> {
  const { config, log, clock, registry, pool, reports } = parts;
  const { port, host } = config.sftp;
  if (port === undefined) return undefined;
  const hostKey = readHostKey(config);
  const taker = new PairTaker({
    pool,
    log,
    clock,
    trust: new TrustFiles(config),
    mostBytes: config.files.maxBytes,
    mostKeptBytes: config.files.maxUserBytes,
  });
  const server = new SftpServer({
    pool,
    log,
    clock,
    registry,
    reports,
    hostKey,
    taker,
    operatorId: requireEui(config.operator.userId),
    signer: readFileSigner(config),
    mostBytes: FOLDER_FILES * config.files.maxBytes,
  });
  const stop = async () => {
    await server.stop();
    await taker.stop();
  };
  try {
    const listens = await server.listen(port, host);
    const look = { probe: () => requireBanner(host, listens, /^SSH-2\.0-/), waiting: () => countWaiting(pool) };
    return { port: listens, ...shownHostKey(hostKey), look, stop };
  } catch (error) {
    await stop();
    throw listenFailure({ ...config, sftp: { ...config.sftp, port } }, 'sftp', error);
  }
}
