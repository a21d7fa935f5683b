// The mail server that passes on what goes out. Nothing is sent without TLS, although all of it is encrypted: who writes
// to whom is nobody else's matter.
import { createTransport } from 'nodemailer';
import { type Config, readConfiguredFile } from '../../foundation/config.ts';

const STEP_MS = 30_000;
const LONGEST_MS = 300_000;

export interface Relay {
  /** Rejects unless the relay has taken it. */
  send(mail: { readonly to: string; readonly raw: Buffer }): Promise<void>;
}

/** Whether the relay asks to come again later (4xx): it works, and nothing of it has failed. */
export function isPutOff(error: unknown): boolean {
  const code = error instanceof Error && 'responseCode' in error ? error.responseCode : undefined;
  return typeof code === 'number' && code >= 400 && code < 500;
}

/** The relay of the settings; undefined: there is none. @throws PenstockError 'config.invalid' */
export function openRelay(config: Config): Relay | undefined {
  const { relay, relayAuthoritiesFile, address = '' } = config.email;
  if (relay === undefined) return undefined;
  const { protocol, hostname, port, username, password } = new URL(relay);
  const isSecure = protocol === 'smtps:';
  const ca = relayAuthoritiesFile && readConfiguredFile(config, ['email', 'relayAuthoritiesFile']);
  const transport = createTransport({
    host: hostname.replaceAll(/[[\]]/g, ''),
    port: port === '' ? (isSecure ? 465 : 587) : Number(port),
    secure: isSecure,
    requireTLS: true,
    name: address.slice(address.indexOf('@') + 1),
    tls: { minVersion: 'TLSv1.2', ...(ca ? { ca } : {}) },
    ...(username === '' ? {} : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    connectionTimeout: STEP_MS,
    greetingTimeout: STEP_MS,
    socketTimeout: 2 * STEP_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ to, raw }) {
      await transport.sendMail({ envelope: { from: address, to: [to] }, raw, signal: AbortSignal.timeout(LONGEST_MS) });
    },
  };
}
