// E-mail as a way: files come in by SMTP while the way is open, receipts and reports go out to registered addresses.
//
// What it does not: it passes no mail on, reads no clear one, and answers no sender; the From of a mail counts for
// nothing. What always holds: a file is taken in only when an officer of its User ID signed it, 250 means that it is
// committed, and what goes out is encrypted to a certificate that the Operator registered for that User ID.
import { requireEui } from '@penstock/duis';
import type pg from 'pg';
import type { Registry } from 'prom-client';
import type { Clock } from '../../foundation/clock.ts';
import { type Config, originsOf } from '../../foundation/config.ts';
import { readFileSigner } from '../../foundation/file-signer.ts';
import type { Log } from '../../foundation/log.ts';
import { listenFailure, readKeyPair } from '../../foundation/start-faults.ts';
import type { Reports } from '../../quarantine/report.ts';
import { TrustFiles } from '../../submissions/trust.ts';
import type { WayLook } from '../../ways/watch.ts';
import { requireBanner } from '../banner.ts';
import { readOpener } from './keys.ts';
import { MailTaker } from './mail-taker.ts';
import { NoticeMails } from './notice-mails.ts';
import { Outbox } from './outbox.ts';
import { openRelay } from './relay.ts';
import { EmailServer } from './server.ts';

export interface EmailParts {
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
  readonly registry: Registry;
  readonly pool: pg.Pool;
  readonly reports: Reports;
}

export interface Email {
  /** Where SMTP listens. */
  readonly port: number;
  /** SHA-256 of the certificate to which mails are encrypted. */
  readonly fingerprint: string;
  readonly look: WayLook;
  stop(): Promise<void>;
}

/** Starts it; undefined where it is not configured. @throws PenstockError 'config.invalid' */
export async function startEmail(parts: EmailParts): Promise<Email | undefined> {
  const { config, log, clock, registry, pool, reports } = parts;
  const { port, host, address, maxBytes } = config.email;
  if (port === undefined || address === undefined) return undefined;
  const opener = readOpener(config);
  const taker = new MailTaker({
    pool,
    log,
    clock,
    trust: new TrustFiles(config),
    opener,
    mostBytes: config.files.maxBytes,
    mostKeptBytes: config.files.maxUserBytes,
    signatureDays: config.files.signatureDays,
  });
  const tls = readKeyPair(config, 'email', ['tlsKeyFile', 'tlsCertificateFile']);
  const server = new EmailServer({ pool, log, clock, registry, taker, address, mostBytes: maxBytes, tls });
  const relay = openRelay(config);
  const outbox =
    relay &&
    new Outbox({
      pool,
      log,
      clock,
      registry,
      reports,
      operatorId: requireEui(config.operator.userId),
      signer: readFileSigner(config),
      relay,
      address,
      mostBytes: maxBytes,
    });
  const noticeMails =
    relay &&
    new NoticeMails({
      pool,
      log,
      clock,
      operatorId: requireEui(config.operator.userId),
      relay,
      address,
      portal: originsOf(config, config.http.port)[0] ?? '',
    });
  try {
    const bound = await server.listen(port, host);
    outbox?.start();
    noticeMails?.start();
    const stop = async () => {
      await Promise.all([server.stop(), outbox?.stop(), noticeMails?.stop()]);
    };
    const look = { probe: () => requireBanner(host, bound, /^220 /) };
    return { port: bound, fingerprint: opener.certificate.fingerprint, look, stop };
  } catch (error) {
    throw listenFailure({ ...config, email: { ...config.email, port } }, 'email', error);
  }
}
