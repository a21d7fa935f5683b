import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import Oidc, { type Context } from 'oidc-provider';
import type { Provider } from './providers.ts';
import type { Answer, TestBrowser } from './testing-people.ts';

// Organisations' providers for tests, in real HTTP: one that is oidc-provider itself, and one that says whatever a test
// wants it to say.

export interface TestAccount {
  readonly subject: string;
  readonly email: string;
  readonly isVerified?: boolean;
  readonly amr?: readonly string[];
}

async function listen(): Promise<{ issuer: string; answer(by: RequestListener): void; stop(): void }> {
  let listener: RequestListener = (_, response) => response.writeHead(503).end();
  const server = createServer((request, response) => listener(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer: (by) => {
      listener = by;
    },
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** As Penstock is told of it. */
export function providerEntry(issuer: string, entry: Pick<Provider, 'id'> & Partial<Provider>): Provider {
  return {
    name: `Sign-in of ${entry.id}`,
    issuer: new URL(issuer),
    clientId: 'penstock',
    clientSecret: 'a secret of the tests only',
    speaksFor: new Set(['A']),
    emailDomains: new Set(['alpha.example']),
    secondFactor: { amr: new Set(['mfa']), acr: new Set() },
    ...entry,
  };
}

/** oidc-provider; whoever comes is signed in as `account`, without a page in between. */
export async function startProvider() {
  const http = await listen();
  const { privateKey: key } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  let account: TestAccount = { subject: 'nobody', email: 'nobody@alpha.example' };
  return {
    issuer: http.issuer,
    stop: http.stop,
    signsIn: (next: TestAccount) => {
      account = next;
    },
    /** Begins to answer, for the address of Penstock that it sends people back to. */
    open(redirectUri: string): void {
      const oidc: Oidc = new Oidc(http.issuer, {
        clients: [{ client_id: 'penstock', client_secret: 'a secret of the tests only', redirect_uris: [redirectUri] }],
        claims: { openid: ['sub', 'amr'], email: ['email', 'email_verified'] },
        cookies: { keys: ['a key of the tests'] },
        features: { devInteractions: { enabled: false } },
        jwks: { keys: [{ ...key.export({ format: 'jwk' }), use: 'sig' }] },
        ttl: { Interaction: 60, Grant: 60, Session: 60, AccessToken: 60, IdToken: 60 },
        pkce: { required: () => true },
        interactions: { url: () => '/interaction' },
        findAccount: (_: unknown, accountId: string) => ({
          accountId,
          claims: async () => ({ sub: accountId, email: account.email, email_verified: account.isVerified ?? true }),
        }),
        loadExistingGrant: async ({ oidc: { client, session } }: Context) => {
          const grant = new oidc.Grant({ clientId: client.clientId, accountId: session.accountId });
          grant.addOIDCScope('openid email');
          await grant.save();
          return grant;
        },
      });
      const answer = oidc.callback();
      http.answer((request, response) => {
        if (!request.url?.startsWith('/interaction')) return answer(request, response);
        const { subject: accountId, amr = ['pwd', 'mfa'] } = account;
        const login = { accountId, amr, remember: false };
        void oidc.interactionFinished(request, response, { login });
      });
    },
  };
}

/** A provider that signs what `claims` says over what is right, by a key of its own or by another one. */
export async function startForger() {
  const http = await listen();
  const own = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
  let claims: object = {};
  let isSignedByOther = false;
  let nonce = '';
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  http.answer((request, response) => {
    const json = (value: object) => response.setHeader('content-type', 'application/json').end(JSON.stringify(value));
    const { issuer } = http;
    if (request.url === '/.well-known/openid-configuration') {
      return json({
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/keys`,
        id_token_signing_alg_values_supported: ['RS256'],
      });
    }
    if (request.url === '/keys') {
      return json({ keys: [{ ...own.publicKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig', kid: '1' }] });
    }
    const now = Math.floor(Date.now() / 1000);
    const right = { iss: issuer, aud: 'penstock', sub: 'forged', iat: now, exp: now + 300, nonce, amr: ['mfa'] };
    const body = `${encode({ alg: 'RS256', kid: '1' })}.${encode({ ...right, email_verified: true, ...claims })}`;
    const key = isSignedByOther ? other.privateKey : own.privateKey;
    const token = `${body}.${sign('sha256', Buffer.from(body), key).toString('base64url')}`;
    return json({ access_token: 'x', token_type: 'Bearer', expires_in: 60, id_token: token });
  });
  return {
    issuer: http.issuer,
    stop: http.stop,
    /** What the browser brings back from it, when it says this. */
    says(begun: Answer, next: object, byOther = false): string {
      claims = next;
      isSignedByOther = byOther;
      const asked = new URL(String(begun.json.address)).searchParams;
      nonce = asked.get('nonce') ?? '';
      return new URLSearchParams({ code: 'x', state: asked.get('state') ?? '' }).toString();
    },
  };
}

export const beginSignIn = (browser: TestBrowser, asked: { email: string } | { token: string }): Promise<Answer> =>
  browser.call('POST', '/api/auth/provider/begin', asked);

export const finishSignIn = (browser: TestBrowser, provider: string, query: string): Promise<Answer> =>
  browser.call('POST', '/api/auth/provider/finish', { provider, query });

/** Goes where the browser is sent, with the provider's cookies, until it comes back; resolves with what it brings. */
export async function passThrough(begun: Answer): Promise<string> {
  const cookies = new Map<string, string>();
  let address = String(begun.json.address);
  const { origin } = new URL(address);
  while (address.startsWith(origin)) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(address, { redirect: 'manual', headers: { cookie } });
    for (const one of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(one) ?? [];
      cookies.set(name, value);
    }
    const location = answer.headers.get('location');
    if (location === null) throw new Error(`the provider answered ${answer.status}: ${await answer.text()}`);
    address = new URL(location, address).href;
  }
  return new URL(address).search.slice(1);
}
