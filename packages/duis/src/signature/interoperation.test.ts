import { beforeEach, describe, expect, test } from 'vitest';
import { readMessage } from '../read.ts';
import { realFiles } from '../testing/official-files.ts';
import {
  needsXmlsec,
  signedByXmlCrypto,
  signedByXmlsec,
  xmlCryptoVerifies,
  xmlsecVerifies,
} from '../testing/other-signers.ts';
import { testKey, unsignedSamples } from '../testing/signed-samples.ts';
import { signMessage } from './sign.ts';
import { verifySignature } from './verify.ts';

const key = testKey();

/** Every template without its placeholder signature; those with comments in content are no messages. */
const templates = realFiles()
  .filter(
    ({ name, bytes }) =>
      /^(?:requests|package)\//.test(name) && !/<!--[\s\S]*<!--|<!--[\s\S]*<\/\w+:Body>/.test(bytes.toString()),
  )
  .map(({ name, bytes }) => ({ name, text: bytes.toString().replace(/<ds:Signature[\s\S]*<\/ds:Signature>\s*/, '') }));
/** A template of each kind of body, for what takes longer. */
const some = [...unsignedSamples, ...templates.filter((_one, index) => index % 40 === 0).map(({ text }) => text)];

const weVerify = (message: Uint8Array): boolean => verifySignature(readMessage(message).signature, key.publicKey).ok;
/** Another counter than was signed. */
const tampered = (message: Uint8Array): Buffer =>
  Buffer.from(
    Buffer.from(message)
      .toString()
      .replace(/(?<=RequestID>[^<]*:)\d+(?=<)/, (counter) => `${counter}1`),
  );

test('there are templates to sign', () => {
  expect(templates.length).toBeGreaterThanOrEqual(287);
});

describe('xml-crypto', () => {
  test('verifies every template that we sign', { timeout: 60_000 }, () => {
    for (const { name, text } of templates) {
      const signed = signMessage(text, key.signer);
      expect(weVerify(signed), name).toBe(true);
      expect(xmlCryptoVerifies(signed, key.publicKey), name).toBe(true);
    }
  });

  test('verifies none of ours that was changed, or with another key', () => {
    for (const text of some) {
      const signed = signMessage(text, key.signer);
      expect(xmlCryptoVerifies(tampered(signed), key.publicKey)).toBe(false);
      expect(xmlCryptoVerifies(signed, testKey().publicKey)).toBe(false);
    }
  });

  test('signs what we verify, and do not when it was changed', () => {
    for (const text of some) {
      const signed = signedByXmlCrypto(text, key.signer);
      expect(weVerify(signed)).toBe(true);
      expect(weVerify(tampered(signed))).toBe(false);
      expect(readMessage(signed).signature?.signer?.serial).toBe(key.signer.serial);
    }
  });
});

describe('xmlsec1', () => {
  beforeEach(needsXmlsec);

  test('verifies what we sign, and not when it was changed or with another key', { timeout: 60_000 }, () => {
    const signed = some.map((text) => signMessage(text, key.signer));
    expect(xmlsecVerifies(signed, key.publicKey)).toEqual(signed.map(() => true));
    expect(xmlsecVerifies(signed.map(tampered), key.publicKey)).toEqual(signed.map(() => false));
    expect(xmlsecVerifies(signed.slice(0, 3), testKey().publicKey)).toEqual([false, false, false]);
  });

  test('signs what we verify, and do not when it was changed', { timeout: 60_000 }, () => {
    for (const signed of signedByXmlsec(some, key.signer.privateKey)) {
      expect(weVerify(signed)).toBe(true);
      expect(weVerify(tampered(signed))).toBe(false);
    }
  });
});
