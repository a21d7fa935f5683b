// What is said to an organisation's OpenID Connect provider: the authorization code flow with PKCE, state and nonce, and
// everything that its answers must hold (issuer, audience, times, signature), which oauth4webapi judges.
import * as oauth from 'oauth4webapi';
import type { Provider } from './providers.ts';

const TIMEOUT_MILLISECONDS = 5_000;
/** A provider that changes its keys or addresses is followed within this time. */
const DISCOVERED_FOR_MILLISECONDS = 15 * 60_000;

export interface Begun {
  /** Where the browser goes. */
  readonly address: string;
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

export interface ProviderClaims {
  readonly subject: string;
  readonly email: string | undefined;
  readonly isEmailVerified: boolean;
  readonly amr: unknown;
  readonly acr: unknown;
}

const discovered = new WeakMap<Provider, { readonly at: number; readonly server: oauth.AuthorizationServer }>();

function optionsOf(provider: Provider) {
  return {
    signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    // the configuration lets no other than this machine's own be without TLS
    [oauth.allowInsecureRequests]: provider.issuer.protocol === 'http:',
  };
}

async function discover(provider: Provider): Promise<oauth.AuthorizationServer> {
  const known = discovered.get(provider);
  const now = Date.now();
  if (known !== undefined && now - known.at < DISCOVERED_FOR_MILLISECONDS) return known.server;
  const response = await oauth.discoveryRequest(provider.issuer, optionsOf(provider));
  const server = await oauth.processDiscoveryResponse(provider.issuer, response);
  discovered.set(provider, { at: now, server });
  return server;
}

/** Begins a sign-in at a provider. @throws when it does not answer, or not as a provider does */
export async function beginAt(
  provider: Provider,
  { redirectUri, email }: { redirectUri: string; email: string },
): Promise<Begun> {
  const server = await discover(provider);
  if (server.authorization_endpoint === undefined) throw new Error('the provider names no authorization_endpoint');
  const codeVerifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const nonce = oauth.generateRandomNonce();
  const address = new URL(server.authorization_endpoint);
  for (const [name, value] of Object.entries({
    client_id: provider.clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid email',
    code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    state,
    nonce,
    login_hint: email,
  })) {
    address.searchParams.set(name, value);
  }
  return { address: address.href, state, nonce, codeVerifier };
}

/**
 * Exchanges the code that the browser brought back, and says what the provider says of the person.
 * @throws when anything of it is not as it must be: state, issuer, audience, nonce, times, signature, subject
 */
export async function readAnswer(
  provider: Provider,
  {
    query,
    redirectUri,
    state,
    nonce,
    codeVerifier,
  }: { query: URLSearchParams; redirectUri: string; state: string; nonce: string; codeVerifier: string },
): Promise<ProviderClaims> {
  const server = await discover(provider);
  const client: oauth.Client = { client_id: provider.clientId };
  const checked = oauth.validateAuthResponse(server, client, query, state);
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.ClientSecretBasic(provider.clientSecret),
    checked,
    redirectUri,
    codeVerifier,
    optionsOf(provider),
  );
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
    expectedNonce: nonce,
    requireIdToken: true,
  });
  await oauth.validateApplicationLevelSignature(server, response, optionsOf(provider));
  const claims = oauth.getValidatedIdTokenClaims(tokens);
  if (claims === undefined) throw new Error('the provider gave no ID token');
  const { sub: subject, amr, acr } = claims;
  // many providers tell the address only where it is asked for
  const asked =
    claims.email === undefined && server.userinfo_endpoint !== undefined
      ? await oauth.processUserInfoResponse(
          server,
          client,
          subject,
          await oauth.userInfoRequest(server, client, tokens.access_token, optionsOf(provider)),
        )
      : claims;
  return {
    subject,
    email: typeof asked.email === 'string' ? asked.email.toLowerCase() : undefined,
    isEmailVerified: asked.email_verified === true,
    amr,
    acr,
  };
}
