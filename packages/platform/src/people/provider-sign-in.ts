// Signing in by an organisation's own provider, as a plugin of better-auth: two addresses, one that begins and one that
// the portal's own page calls with what the browser brought back. The page calls it, not the provider's redirect, so
// every cookie stays SameSite=Strict.
//
// What always holds: an answer is taken once, in the browser that asked, for the provider that was asked, at the address
// that is this provider's alone. The session that it makes is marked with its provider (sessions.ts).
import type { GenericEndpointContext } from '@better-auth/core';
import { createAuthEndpoint } from '@better-auth/core/api';
import { APIError } from '@better-auth/core/error';
import type { Eui } from '@penstock/duis';
import { setSessionCookie } from 'better-auth/cookies';
import { generateRandomString } from 'better-auth/crypto';
import type pg from 'pg';
import { z } from 'zod';
import type { Clock } from '../foundation/clock.ts';
import { PenstockError } from '../foundation/errors.ts';
import { problemOf } from '../foundation/http/problems.ts';
import type { Log } from '../foundation/log.ts';
import { accept, findLink, linkDigest, providerOfLink } from './acceptance.ts';
import { recordOfPerson } from './activity-store.ts';
import { beginAt, type ProviderClaims, readAnswer } from './provider-client.ts';
import { addressOf, type Bound, findBound, type ProviderRefusal } from './provider-people.ts';
import { type Provider, type Providers, provesSecondFactor } from './providers.ts';
import { peerOf } from './sign-in-guards.ts';

/** How long somebody may take at the provider. */
const UNDER_WAY_SECONDS = 600;

export interface ProviderSignInOptions {
  readonly pool: pg.Pool;
  readonly clock: Clock;
  readonly log: Log;
  readonly operatorId: Eui;
  readonly providers: Providers;
  readonly admitsDemonstration: boolean;
}

const underWaySchema = z.object({
  provider: z.string(),
  nonce: z.string(),
  codeVerifier: z.string(),
  /** Who said to come: the one that a refusal is recorded of, when the provider names nobody. */
  email: z.string(),
  /** SHA-256 of the link that is taken by it, hex. */
  link: z.string().optional(),
});

const refusals: Readonly<Record<ProviderRefusal, string>> = {
  address: 'Your organisation’s sign-in did not confirm an e-mail address of its own for you.',
  'not-invited': 'You have no account here that this sign-in could open. Use the link of your invitation.',
  'other-account': 'Another account at your organisation’s sign-in belongs to this person.',
  'not-for-it': 'You do not act for an organisation that this sign-in speaks for.',
};

function refuse(code: string, message: string): APIError {
  return new APIError('FORBIDDEN', { code, message });
}

/** A failure of ours in better-auth's form, with all that the portal shows of it. */
export function inItsForm(error: unknown): unknown {
  if (!(error instanceof PenstockError)) return error;
  const problem = problemOf(error);
  return new APIError(problem.status as 400, { ...problem, message: problem.title });
}

const callbackOf = (baseURL: string, { id }: Provider): string => `${new URL(baseURL).origin}/sign-in/${id}`;

export function providerSignIn(options: ProviderSignInOptions) {
  const { pool, clock, log, operatorId, providers, admitsDemonstration } = options;

  async function chosen(body: { email?: string | undefined; token?: string | undefined }) {
    if (body.token === undefined) {
      const email = (body.email ?? '').toLowerCase();
      return { email, provider: providers.ofEmail(email), link: undefined };
    }
    const digest = linkDigest(body.token);
    const row = await findLink(pool, digest, clock.now());
    return { email: row.email, provider: await providerOfLink(pool, providers, row), link: digest.toString('hex') };
  }

  async function takeLink(provider: Provider, link: string, claims: ProviderClaims, peer: string | undefined) {
    const digest = Buffer.from(link, 'hex');
    const row = await findLink(pool, digest, clock.now());
    const email = addressOf(provider, claims);
    if (email === undefined) return { refused: 'address' as const, email };
    const suits = email === row.email && (await providerOfLink(pool, providers, row)) === provider;
    if (!suits) return { refused: 'not-for-it' as const, email };
    const proof = { kind: 'provider', provider: provider.id, subject: claims.subject } as const;
    const taken = { digest, proof, address: peer, now: clock.now(), admitsDemonstration };
    return { personId: await accept(pool, taken), hasCode: false };
  }

  async function enter(context: GenericEndpointContext, provider: Provider, claims: ProviderClaims, bound: Bound) {
    const { internalAdapter } = context.context;
    const isWhole = provesSecondFactor(provider, claims);
    if (!isWhole && bound.hasCode) {
      await askForCode(context, bound.personId, provider);
      return context.json({ twoFactorRedirect: true });
    }
    const user = await internalAdapter.findUserById(bound.personId);
    if (user === null) throw new Error(`${bound.personId} has no sign-in`);
    const mark = { method: isWhole ? 'provider-and-factor' : 'provider', provider: provider.id };
    const session = await internalAdapter.createSession(user.id, false, mark, true).catch(async (error: unknown) => {
      const detail = `${provider.name}: access has ended`;
      if (error instanceof APIError) {
        await recordOfPerson(pool, bound, { what: 'provider-refused', address: peerOf(context), detail });
      }
      throw error;
    });
    await setSessionCookie(context, { session, user });
    if (isWhole)
      await recordOfPerson(pool, bound, { what: 'signed-in', address: peerOf(context), detail: provider.name });
    return context.json({ twoFactorRedirect: false });
  }

  return {
    id: 'organisation-provider',
    schema: { session: { fields: { provider: { type: 'string', required: false, input: false } } } },
    endpoints: {
      beginAtProvider: createAuthEndpoint(
        '/provider/begin',
        {
          method: 'POST',
          body: z.strictObject({ email: z.email().max(200).optional(), token: z.string().max(100).optional() }),
        },
        async (context) => {
          const { email, provider, link } = await chosen(context.body).catch((error: unknown) => {
            throw inItsForm(error);
          });
          if (provider === undefined) {
            throw new APIError('NOT_FOUND', { code: 'NO_PROVIDER', message: 'No organisation signs in this address.' });
          }
          const redirectUri = callbackOf(context.context.baseURL, provider);
          const begun = await beginAt(provider, { redirectUri, email }).catch((err: unknown) => {
            log.warn({ err, provider: provider.id }, 'the sign-in of an organisation does not answer');
            throw new APIError('SERVICE_UNAVAILABLE', { code: 'PROVIDER_AWAY', message: 'It does not answer.' });
          });
          const { state, nonce, codeVerifier } = begun;
          await context.context.internalAdapter.createVerificationValue({
            identifier: `provider-state-${state}`,
            value: JSON.stringify({ provider: provider.id, nonce, codeVerifier, email, link }),
            expiresAt: new Date(Date.now() + UNDER_WAY_SECONDS * 1000),
          });
          const cookie = context.context.createAuthCookie('provider', { maxAge: UNDER_WAY_SECONDS });
          await context.setSignedCookie(cookie.name, state, context.context.secret, cookie.attributes);
          return context.json({ address: begun.address });
        },
      ),
      finishAtProvider: createAuthEndpoint(
        '/provider/finish',
        { method: 'POST', body: z.strictObject({ provider: z.string().max(40), query: z.string().max(8_000) }) },
        async (context) => {
          const { internalAdapter, secret, baseURL } = context.context;
          const query = new URLSearchParams(context.body.query);
          const state = query.get('state') ?? '';
          const cookie = context.context.createAuthCookie('provider');
          const asked = await context.getSignedCookie(cookie.name, secret);
          const isOurs = state !== '' && asked === state;
          const kept = isOurs ? await internalAdapter.consumeVerificationValue(`provider-state-${state}`) : null;
          const underWay = kept === null ? undefined : underWaySchema.parse(JSON.parse(kept.value));
          const provider = underWay && providers.byId(underWay.provider);
          if (underWay === undefined || provider === undefined || provider.id !== context.body.provider) {
            throw refuse('PROVIDER_STATE', 'This sign-in was not begun in this browser, took too long, or was used.');
          }
          const { nonce, codeVerifier, link } = underWay;
          const peer = peerOf(context);
          const recordRefusal = (email: string) =>
            recordOfPerson(pool, { email }, { what: 'provider-refused', address: peer, detail: provider.name });
          const redirectUri = callbackOf(baseURL, provider);
          const claims = await readAnswer(provider, { query, redirectUri, state, nonce, codeVerifier }).catch(
            async (err: unknown) => {
              log.warn({ err, provider: provider.id }, 'an answer of the sign-in of an organisation was refused');
              await recordRefusal(underWay.email);
              throw refuse('PROVIDER_REFUSED', 'Your organisation’s sign-in did not let you in, or answered wrongly.');
            },
          );
          const bound =
            link === undefined
              ? await findBound(pool, provider, { claims, operatorId })
              : await takeLink(provider, link, claims, peer).catch(async (error: unknown) => {
                  await recordRefusal(underWay.email);
                  throw inItsForm(error);
                });
          if ('personId' in bound) return enter(context, provider, claims, bound);
          const { refused, email = underWay.email } = bound;
          await recordRefusal(email);
          throw refuse('PROVIDER_PERSON', refusals[refused]);
        },
      ),
    },
  } as const;
}

const codeProvider = (challenge: string): string => `provider-of-${challenge}`;

/** The second step as better-auth's own plugin begins it after a password, marked with the provider of the first. */
async function askForCode(context: GenericEndpointContext, personId: string, provider: Provider): Promise<void> {
  const { internalAdapter, secret } = context.context;
  const challenge = `2fa-${generateRandomString(20)}`;
  const expiresAt = new Date(Date.now() + UNDER_WAY_SECONDS * 1000);
  for (const [identifier, value] of [
    [challenge, personId],
    [`2fa-attempts-${challenge}`, '0'],
    [codeProvider(challenge), provider.id],
  ] as const) {
    await internalAdapter.createVerificationValue({ identifier, value, expiresAt });
  }
  const cookie = context.context.createAuthCookie('two_factor', { maxAge: UNDER_WAY_SECONDS });
  await context.setSignedCookie(cookie.name, challenge, secret, cookie.attributes);
}

/** The provider that the first step of a session was made by, when its second is a code; undefined for a password. */
export async function providerBeforeCode(context: GenericEndpointContext): Promise<string | undefined> {
  const cookie = context.context.createAuthCookie('two_factor');
  const challenge = await context.getSignedCookie(cookie.name, context.context.secret);
  if (!challenge) return undefined;
  const kept = await context.context.internalAdapter.findVerificationValue(codeProvider(challenge));
  return kept?.value;
}
