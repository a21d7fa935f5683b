import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DuisError } from '../errors.ts';
import { documents } from '../testing/generated-documents.ts';
import { canonicalForms, type SeenElement, seenByLibxml2, withoutMark } from '../testing/libxml2-oracle.ts';
import { hasOfficialFiles, needsOfficialFiles, realFiles } from '../testing/official-files.ts';
import { PROPERTY_TIMEOUT, runs } from '../testing/property-runs.ts';
import { NAMESPACE_DS, NAMESPACE_RA, NAMESPACE_SR } from './namespaces.ts';
import { scan } from './scan.ts';
import type { Tape } from './tape.ts';

/** Both canonical forms must be those of libxml2, byte for byte. */
function compareForms(bytes: Uint8Array): void {
  const ours = scan(bytes);
  const theirs = canonicalForms(bytes);
  expect(Buffer.from(ours.canonicalDocument, 'latin1').toString()).toBe(theirs.document.toString());
  expect(Buffer.from(ours.canonicalSignedInfo, 'latin1').toString()).toBe(theirs.signedInfo.toString());
}

/** By the numbers of the tape. */
const known: readonly string[] = ['', NAMESPACE_SR, NAMESPACE_RA, NAMESPACE_DS];

/** Our tape must say what the other parser sees; namespaces beyond the four of DUIS are all 'other' to us. */
function compareTree(tape: Tape, index: number, seen: SeenElement): void {
  expect(tape.localName(index)).toBe(seen.name);
  expect(known[tape.namespace(index)] ?? 'other').toBe(known.includes(seen.namespace) ? seen.namespace : 'other');
  expect(withoutMark(tape.content(index))).toBe(seen.text);
  const own = tape.attributes(index).filter(([name]) => name !== 'xmlns' && !name.startsWith('xmlns:'));
  const locals = (pairs: readonly (readonly [string, string])[]): string[] =>
    pairs.map(([name, value]) => `${name.replace(/^.*[: ]/, '')}=${withoutMark(value)}`).sort();
  expect(locals(own)).toEqual(locals(Object.entries(seen.attributes)));
  let child = index + 1;
  for (const one of seen.children) {
    expect(child).toBeLessThan(tape.next(index));
    compareTree(tape, child, one);
    child = tape.next(child);
  }
  expect(child).toBe(tape.next(index));
}

describe('canonical forms are those of libxml2', () => {
  test('generated documents', { timeout: PROPERTY_TIMEOUT }, () => {
    fc.assert(fc.property(documents, compareForms), runs(1500));
  });

  test('and the elements, texts and attributes read are those that libxml2 reads', {
    timeout: PROPERTY_TIMEOUT,
  }, () => {
    fc.assert(
      fc.property(documents, (bytes) => compareTree(scan(bytes).tape, 0, seenByLibxml2(bytes))),
      runs(500),
    );
  });

  test('are tried on the official files', needsOfficialFiles);

  test('of every template of the npm package and of every official file', () => {
    const files = realFiles();
    expect(files.length).toBeGreaterThan(hasOfficialFiles ? 500 : 250);
    const refused: string[] = [];
    for (const { name, bytes } of files) {
      try {
        compareForms(bytes);
      } catch (error) {
        if (!(error instanceof DuisError)) throw error;
        refused.push(`${name} ${error.code}`);
      }
    }
    // comments in content, and the one attack
    expect(refused.filter((one) => !one.endsWith(' duis.xml.comment'))).toEqual(
      hasOfficialFiles ? ['responses/dccboxed-signing-tool__duis-xxe.xml duis.xml.doctype'] : [],
    );
    expect(refused.length).toBe(hasOfficialFiles ? 12 : 6);
  });
});
