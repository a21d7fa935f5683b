import { createHmac, randomBytes } from 'node:crypto';
import { consoleAuthor, inviteFirstAdministrator } from '@penstock/platform';
import type { BrowserContext } from 'playwright-core';
import { openBenchDatabase } from '../harness/database.ts';

/** The first administrator of the Operator signs in with a password and an authenticator, as anybody would. */

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** RFC 6238: HMAC-SHA-1, six digits, steps of 30 s; the secret is base32 (RFC 4648). */
function codeOf(secret: string): string {
  const bits = Array.from(secret.replaceAll('=', ''), (letter) => LETTERS.indexOf(letter).toString(2).padStart(5, '0'));
  const key = Buffer.from((bits.join('').match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const digest = createHmac('sha1', key).update(step).digest();
  return String((digest.readUInt32BE((digest.at(-1) ?? 0) & 0xf) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

export async function signUp({ request }: BrowserContext, dataFolder: string, origin: string): Promise<void> {
  const email = 'administrator@operator.example';
  const password = randomBytes(24).toString('base64url');
  const call = async (path: string, data: object): Promise<Record<string, unknown>> => {
    const answer = await request.post(path, { headers: { origin }, data });
    if (!answer.ok()) throw new Error(`${path} was answered with ${answer.status()} ${await answer.text()}`);
    return answer.json();
  };
  const { pool, close } = await openBenchDatabase(dataFolder);
  let token: string;
  try {
    const by = consoleAuthor();
    ({ token } = await inviteFirstAdministrator(pool, { email, name: 'Administrator', now: new Date(), by }));
  } finally {
    await close();
  }
  await call('/api/v1/invitations/accept', { token, password });
  await call('/api/auth/sign-in/email', { email, password });
  const { totpURI } = await call('/api/auth/two-factor/enable', { password });
  const secret = new URL(String(totpURI)).searchParams.get('secret') ?? '';
  await call('/api/auth/two-factor/verify-totp', { code: codeOf(secret) });
}
