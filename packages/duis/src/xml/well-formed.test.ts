import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DuisError } from '../errors.ts';
import { documents } from '../testing/generated-documents.ts';
import { type CanonicalForms, canonicalForms } from '../testing/libxml2-oracle.ts';
import { mutate, mutations } from '../testing/mutations.ts';
import { realFiles } from '../testing/official-files.ts';
import { PROPERTY_TIMEOUT, runs } from '../testing/property-runs.ts';
import { signedSamples, testKey } from '../testing/signed-samples.ts';
import { type Scan, scan } from './scan.ts';

/** What is well-formed XML and still 'duis.xml.malformed' to us; everything else has a code of its own. */
const stricter = /names beyond ASCII|starts no reference|XML declaration|prefix xml is declared twice/;

function ours(bytes: Uint8Array): Scan | DuisError {
  try {
    return scan(bytes);
  } catch (error) {
    if (error instanceof DuisError) return error;
    throw error;
  }
}

function theirs(bytes: Uint8Array): CanonicalForms | undefined {
  try {
    return canonicalForms(bytes);
  } catch {
    return undefined; // refused: the caller asks for nothing more
  }
}

/** What we accept libxml2 accepts, with the same canonical forms; what we call malformed, so does libxml2. */
function compare(bytes: Uint8Array): 'accepted' | 'refused' {
  const [mine, other] = [ours(bytes), theirs(bytes)];
  if (mine instanceof DuisError) {
    if (mine.code === 'duis.xml.malformed' && !stricter.test(mine.message))
      expect(other === undefined, `libxml2 refuses as well: ${mine.message} at ${mine.offset}`).toBe(true);
    return 'refused';
  }
  expect(other !== undefined, 'libxml2 accepts as well').toBe(true);
  expect(mine.canonicalDocument).toBe(other?.document.toString('latin1'));
  expect(mine.canonicalSignedInfo).toBe(other?.signedInfo.toString('latin1'));
  return 'accepted';
}

function compareMutants(originals: fc.Arbitrary<Uint8Array>, numRuns: number): void {
  const tally = { accepted: 0, refused: 0 };
  fc.assert(
    fc.property(originals, mutations, (bytes, list) => {
      tally[compare(mutate(bytes, list))]++;
    }),
    runs(numRuns),
  );
  expect(tally.accepted).toBeGreaterThan(numRuns / 10);
  expect(tally.refused).toBeGreaterThan(numRuns / 10);
}

describe('mutated documents are accepted only where libxml2 accepts them, and then alike', () => {
  test('real messages', { timeout: PROPERTY_TIMEOUT }, () => {
    const small = [...realFiles().map(({ bytes }) => bytes), ...signedSamples(testKey())].filter(
      (one) => one.length < 8000,
    );
    compareMutants(fc.constantFrom(...small), 3000);
  });

  test('generated documents', { timeout: PROPERTY_TIMEOUT }, () => compareMutants(documents, 1500));
});
