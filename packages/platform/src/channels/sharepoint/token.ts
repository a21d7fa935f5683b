// The token by which the platform calls Microsoft Graph: the client credentials grant, with the secret or the certificate
// of the app registration.
import { createHash, createPrivateKey, webcrypto, X509Certificate } from 'node:crypto';
import * as oauth from 'oauth4webapi';
import type { Config } from '../../foundation/config.ts';
import { PenstockError } from '../../foundation/errors.ts';
import { readKeyPair } from '../../foundation/start-faults.ts';
import { GraphFault, kindOfStatus, pauseOf } from './faults.ts';

const TIMEOUT_MS = 30_000;
/** A token is renewed so long before its end: what is under way must not meet it. */
const BEFORE_END_MS = 5 * 60_000;

/** How the platform shows who it is. @throws PenstockError 'config.invalid' */
export async function readClientAuth(config: Config): Promise<oauth.ClientAuth> {
  const { clientSecret } = config.sharepoint;
  if (clientSecret !== undefined) return oauth.ClientSecretPost(clientSecret);
  const { key, cert } = readKeyPair(config, 'sharepoint', ['clientKeyFile', 'clientCertificateFile']);
  const privateKey = createPrivateKey(key);
  if (privateKey.asymmetricKeyType !== 'rsa') {
    throw new PenstockError('config.invalid', {
      detail: 'sharepoint.client_key_file (PENSTOCK_SHAREPOINT_CLIENT_KEY_FILE): must be an RSA key',
    });
  }
  const bytes = privateKey.export({ type: 'pkcs8', format: 'der' });
  const algorithm = { name: 'RSA-PSS', hash: 'SHA-256' };
  const signing = await webcrypto.subtle.importKey('pkcs8', bytes, algorithm, false, ['sign']);
  const thumbprint = createHash('sha256').update(new X509Certificate(cert).raw).digest('base64url');
  return oauth.PrivateKeyJwt(signing, {
    [oauth.modifyAssertion]: (header, payload) => {
      header['x5t#S256'] = thumbprint;
      payload.aud = tokenEndpoint(config.sharepoint.loginOrigin, config.sharepoint.tenantId ?? '');
    },
  });
}

function tokenEndpoint(loginOrigin: string, tenantId: string): string {
  return `${loginOrigin}/${tenantId}/oauth2/v2.0/token`;
}

export interface TokenParts {
  readonly loginOrigin: string;
  readonly graphOrigin: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly auth: oauth.ClientAuth;
  readonly signal: AbortSignal;
  /** Told how long to ask nothing more. */
  readonly onPause: (milliseconds: number) => void;
}

export class Tokens {
  readonly #parts: TokenParts;
  #known: { readonly token: string; readonly until: number } | undefined;
  #asked: Promise<string> | undefined;

  constructor(parts: TokenParts) {
    this.#parts = parts;
  }

  /** A token that is good for some minutes. @throws GraphFault */
  async get(): Promise<string> {
    if (this.#known !== undefined && performance.now() < this.#known.until) return this.#known.token;
    this.#asked ??= this.#ask().finally(() => {
      this.#asked = undefined;
    });
    return this.#asked;
  }

  /** Forgets a token that was refused. */
  forget(token: string): void {
    if (this.#known?.token === token) this.#known = undefined;
  }

  async #ask(): Promise<string> {
    const { loginOrigin, graphOrigin, tenantId, clientId, auth, signal, onPause } = this.#parts;
    const issuer = `${loginOrigin}/${tenantId}/v2.0`;
    const server = { issuer, token_endpoint: tokenEndpoint(loginOrigin, tenantId) };
    const client = { client_id: clientId };
    const parameters = { scope: `${graphOrigin}/.default` };
    try {
      const response = await oauth.clientCredentialsGrantRequest(server, client, auth, parameters, {
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
        // the configuration lets no other than this machine's own be without TLS
        [oauth.allowInsecureRequests]: loginOrigin.startsWith('http:'),
      });
      if (response.status === 429 || response.status >= 500) {
        const pause = pauseOf(response.headers.get('retry-after'), new Date());
        await response.body?.cancel();
        if (pause !== undefined) onPause(pause);
        const kind = pause === undefined ? kindOfStatus(response.status, undefined) : 'throttled';
        throw new GraphFault(kind, `the sign-in service answers ${response.status}`);
      }
      const { access_token, expires_in } = await oauth.processClientCredentialsResponse(server, client, response);
      const lifeMs = (expires_in ?? 0) * 1_000;
      // one that lives for less than that is used for half of its life
      const until = performance.now() + Math.max(lifeMs - BEFORE_END_MS, lifeMs / 2);
      this.#known = { token: access_token, until };
      return access_token;
    } catch (error) {
      if (error instanceof GraphFault) throw error;
      if (error instanceof oauth.ResponseBodyError) {
        // such as invalid_client: AADSTS7000215 with what is wrong; it names no secret
        throw new GraphFault(
          'unauthorised',
          `no token was given: ${error.error}: ${firstLine(error.error_description)}`,
        );
      }
      throw new GraphFault('unavailable', 'the sign-in service cannot be reached, or its answer is no token', error);
    }
  }
}

function firstLine(text: string | undefined): string {
  return (
    (text ?? '')
      .split(/[\r\n]/)[0]
      ?.replaceAll(/[^ -~]/g, '')
      .slice(0, 200) ?? ''
  );
}
