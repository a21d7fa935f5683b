// Taking a link by a passkey instead of a password. The link's secret goes with the challenge, which better-auth keeps
// until the new passkey is verified; only then the link is taken.
import { APIError } from '@better-auth/core/error';
import type pg from 'pg';
import type { Clock } from '../foundation/clock.ts';
import { accept, findLink, linkDigest } from './acceptance.ts';
import { inItsForm } from './provider-sign-in.ts';

const noLink = () => new APIError('UNAUTHORIZED', { code: 'NO_LINK', message: 'Sign in, or open your link again.' });

/** For whom the authenticator makes the passkey, as it shows it. @throws APIError when the link is not good */
export async function linkHolder(pool: pg.Pool, clock: Clock, token: string | null | undefined) {
  if (!token) throw noLink();
  const { email, name } = await findLink(pool, linkDigest(token), clock.now()).catch((error: unknown) => {
    throw inItsForm(error);
  });
  return { id: email, name: email, displayName: name };
}

/**
 * Takes the link for the person that the passkey was made for. Without one somebody began signed in whose session has
 * ended meanwhile, maybe because it was taken away: nothing is added any more.
 * @throws APIError
 */
export async function acceptByPasskey(
  pool: pg.Pool,
  clock: Clock,
  asked: { token: string | null | undefined; peer: string | undefined; admitsDemonstration: boolean },
): Promise<{ userId: string }> {
  const { token, peer, admitsDemonstration } = asked;
  if (!token) throw noLink();
  const proof = { kind: 'passkey' } as const;
  const digest = linkDigest(token);
  const taken = { digest, proof, address: peer, now: clock.now(), admitsDemonstration };
  const userId = await accept(pool, taken).catch((error: unknown) => {
    throw inItsForm(error);
  });
  return { userId };
}
