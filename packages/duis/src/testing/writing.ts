/** For tests only: the instant, bytes, key and identifiers that the writers' tests share, and what "valid" means. */
import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'vitest';
import { type RequestId, responseIdOf } from '../identifiers.ts';
import { type Signer, signMessage } from '../signature/sign.ts';
import { toDevice, toOperator } from './example-messages.ts';
import { expectSchemaValid } from './official-files.ts';

export const when = new Date('2026-11-22T02:47:26.123Z');
export const bytes = Uint8Array.of(0xdf, 0x09, 0x01, 0xff);

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const publicKey = pair.publicKey;
/** A signer whose serial has 39 digits, as real ones do. */
export const signer: Signer = {
  privateKey: pair.privateKey,
  issuer: 'CN=Z1,OU=07',
  serial: '123456789012345678901234567890123456789',
};

/** Operator first, User second; device first, User second. */
export const toUser: RequestId = responseIdOf(toOperator);
export const fromDevice: RequestId = responseIdOf(toDevice);

/** Valid by the official schema (where it is there), unsigned and signed, and compact. */
export function expectValid(text: string): void {
  expect(text).not.toMatch(/>\s+</);
  expect(text).not.toContain('undefined');
  expectSchemaValid(text);
  expectSchemaValid(signMessage(text, signer));
}
