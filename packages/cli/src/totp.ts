// The codes of an authenticator app (RFC 6238: HMAC-SHA-1, six digits, steps of 30 s), for the people of the
// demonstration.
import { createHmac } from 'node:crypto';

const STEP_MS = 30_000;
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** @param secret base32 without padding (RFC 4648) */
function bytesOf(secret: string): Buffer {
  const bits = Array.from(secret, (letter) => LETTERS.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

/** The code of an instant, in milliseconds since 1970, and for how many more seconds it is the one. */
export function totpAt(secret: string, at: number): { readonly code: string; readonly seconds: number } {
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(at / STEP_MS)));
  const digest = createHmac('sha1', bytesOf(secret)).update(step).digest();
  const number = digest.readUInt32BE((digest.at(-1) ?? 0) & 0xf) & 0x7fffffff;
  return { code: String(number % 1_000_000).padStart(6, '0'), seconds: Math.ceil((STEP_MS - (at % STEP_MS)) / 1_000) };
}
