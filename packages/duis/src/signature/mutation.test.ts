import { hash, type KeyObject, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ElementRef } from '../element.ts';
import { DuisError } from '../errors.ts';
import { type DuisMessage, readMessage } from '../read.ts';
import { attackersKey, type Mutation, mutate, mutationKinds, mutations } from '../testing/mutations.ts';
import { realFiles } from '../testing/official-files.ts';
import { PROPERTY_TIMEOUT, runs } from '../testing/property-runs.ts';
import { signedSamples, testKey } from '../testing/signed-samples.ts';
import { signMessage } from './sign.ts';
import { derSignature, verifySignature } from './verify.ts';

const key = testKey();

/** Ours, and templates as they are sent: with line ends, blanks, attributes and declarations of their makers. */
const messages: readonly Buffer[] = [
  ...signedSamples(key),
  ...realFiles()
    .filter(({ name }) =>
      /package\/(?:ECS17b_4.1.1_SINGLE|11.1_|CS02b.*_6.23_IMM|8.14.3|6.15.1|CCS01|GCS05|ECS24)/.test(name),
    )
    .map(({ bytes }) =>
      signMessage(bytes.toString().replace(/<ds:Signature[\s\S]*<\/ds:Signature>\s*/, ''), key.signer),
    ),
];

type Verdict = { readonly accepted: DuisMessage } | { readonly refused: string };
type Verifier = (message: DuisMessage, key: KeyObject) => boolean;

function judge(bytes: Uint8Array, verifier: Verifier): Verdict {
  try {
    const message = readMessage(bytes);
    return verifier(message, key.publicKey) ? { accepted: message } : { refused: 'duis.signature' };
  } catch (error) {
    if (error instanceof DuisError) return { refused: error.code };
    throw error;
  }
}

/** All that can be read of a message. `names` are the attributes to ask for. */
function contentOf(message: DuisMessage, names: readonly string[]): object {
  const { bytes: _bytes, signature: _signature, body, ...header } = message;
  const read = (element: ElementRef): object => ({
    name: element.name,
    namespace: element.namespace,
    text: element.text(),
    attributes: names.map((name) => element.attribute(name)),
    children: [...element.children()].map(read),
  });
  return { ...header, body: read(body) };
}

const attributeNames = (bytes: Uint8Array): string[] =>
  [
    ...Buffer.from(bytes)
      .toString('latin1')
      .matchAll(/\s([\w:.-]+)\s*=/g),
  ].map(([, name = '']) => name);

interface Tally {
  accepted: number;
  readonly refused: Map<string, number>;
}

/** The property: whatever is accepted says what was signed. */
function acceptedSaysWhatWasSigned(verifier: Verifier, tally: Tally): fc.IProperty<[number, Mutation[]]> {
  return fc.property(fc.nat(messages.length - 1), mutations, (index, list) => {
    const original = messages[index] ?? Buffer.alloc(0);
    const mutated = mutate(original, list);
    const verdict = judge(mutated, verifier);
    if ('refused' in verdict) {
      tally.refused.set(verdict.refused, (tally.refused.get(verdict.refused) ?? 0) + 1);
      return;
    }
    tally.accepted++;
    const names = [...new Set([...attributeNames(original), ...attributeNames(mutated)])];
    expect(contentOf(verdict.accepted, names)).toEqual(contentOf(readMessage(original), names));
  });
}

const ours: Verifier = (message, publicKey) => verifySignature(message.signature, publicKey).ok;
const newTally = (): Tally => ({ accepted: 0, refused: new Map() });

describe('mutated signed messages', () => {
  test('no mutation of signed content is accepted', { timeout: PROPERTY_TIMEOUT }, () => {
    const tally = newTally();
    expect(messages.length).toBeGreaterThan(10);
    fc.assert(acceptedSaysWhatWasSigned(ours, tally), runs(6000));
    // the mutations must not all die at the first gate: harmless ones pass, and each gate has its share
    expect(tally.accepted).toBeGreaterThan(400);
    for (const code of [
      'duis.signature',
      'duis.signature.profile',
      'duis.signature.repeated',
      'duis.signature.misplaced',
      'duis.profile.structure',
      'duis.profile.header',
      'duis.profile.request-id',
      'duis.xml.malformed',
      'duis.xml.comment',
      'duis.xml.doctype',
      'duis.xml.namespace',
      'duis.xml.encoding',
      'duis.xml.character',
      'duis.xml.entity',
      'duis.xml.processing-instruction',
    ]) {
      expect.soft(tally.refused.get(code) ?? 0, code).toBeGreaterThan(5);
    }
  });

  test('every kind of mutation changes some message', () => {
    const first: Mutation = { kind: 'changeLeaf', a: 3, b: 1, c: 0 };
    const idle = mutationKinds.filter((kind) =>
      messages.every((message) =>
        [0, 1, 2, 3, 5].every((n) => {
          const second = { kind, a: n, b: 3 * n + 7, c: 11 * n + 1 };
          return mutate(message, [first, second]).equals(mutate(message, [first]));
        }),
      ),
    );
    expect(idle).toEqual([]);
  });

  test.each<[string, Verifier]>([
    [
      'ignores the digest',
      ({ signature }, publicKey) =>
        signature !== undefined &&
        verify(
          'sha256',
          Buffer.from(signature.canonicalSignedInfo, 'latin1'),
          publicKey,
          derSignature(signature.value),
        ),
    ],
    [
      'ignores the signature value',
      ({ signature }) =>
        signature !== undefined &&
        hash('sha256', Buffer.from(signature.canonicalDocument, 'latin1'), 'buffer').equals(signature.digest),
    ],
    ['takes any key', (message) => ours(message, key.publicKey) || ours(message, attackersKey.publicKey)],
    ['takes unsigned messages', (message) => message.signature === undefined || ours(message, key.publicKey)],
  ])('the property catches a verifier that %s', { timeout: PROPERTY_TIMEOUT }, (_name, broken) => {
    expect(fc.check(acceptedSaysWhatWasSigned(broken, newTally()), { ...runs(6000), endOnFailure: true }).failed).toBe(
      true,
    );
  });
});
