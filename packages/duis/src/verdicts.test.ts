import { X509Certificate } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { DuisError } from './errors.ts';
import { type DuisMessage, readMessage } from './read.ts';
import { verifySignature } from './signature/verify.ts';
import {
  hasOfficialFiles,
  needsOfficialFiles,
  officialFile,
  officialTable,
  realFiles,
} from './testing/official-files.ts';

const files = new Map(realFiles().map(({ name, bytes }) => [name, bytes]));
/** Templates whose makers left comments in the content; the signature does not cover comments. */
const COMMENTED = { official: 5, packaged: 6 };

/** The certificates of the Operator's public test kit, by serial number in decimal. */
const certificates = new Map(
  (hasOfficialFiles
    ? [
        'Z1-accessControlBroker-dSPXmlSign',
        'Z1-accessControlBroker-ds',
        'dsp-xml-sign-90B3D51F30000002-ds-pre-1.4.1',
        'dsp-xml-sign-90B3D51F30000002-ds',
        'xml-sign-00DB123456780004-ds',
        'xml-sign-90B3D51F30010000-ds',
        'xml-sign-90B3D51F30020000-ds',
      ]
    : []
  ).map((name) => {
    const certificate = new X509Certificate(officialFile(`pki/${name}.pem`));
    return [BigInt(`0x${certificate.serialNumber}`).toString(), { name, key: certificate.publicKey }];
  }),
);

/** Our verdict in the words of verdicts.csv. */
function verdict(bytes: Uint8Array): { signature: string; signer: string } {
  let message: DuisMessage;
  try {
    message = readMessage(bytes);
  } catch (error) {
    if (error instanceof DuisError) return { signature: error.code, signer: '' };
    throw error;
  }
  if (message.signature === undefined) return { signature: 'absent', signer: '' };
  const { signer } = message.signature;
  if (signer === undefined) return { signature: 'unresolvable', signer: '' };
  const certificate = certificates.get(signer.serial);
  if (certificate === undefined) return { signature: 'unknown signer', signer: '' };
  const verified = verifySignature(message.signature, certificate.key);
  return { signature: verified.ok ? 'good' : verified.code, signer: certificate.name };
}

/** What the words of the table mean to us. Files that the schema finds invalid are refused before the signature. */
function expected(row: Record<string, string>): string {
  const { xsd_5_4: schema = '', signature = '' } = row;
  if (schema.startsWith('refuse (DOCTYPE)')) return 'duis.xml.doctype';
  if (schema.startsWith('invalid (RequestID')) return 'duis.profile.request-id';
  if (schema.startsWith('invalid (ReqxuestID')) return 'duis.profile.header';
  if (signature === 'bad (digest)') return 'duis.signature.digest';
  return signature.replace(/[ ;(].*$/, (rest) => (signature === 'unknown signer' ? rest : ''));
}

describe('official files: verdicts.csv', () => {
  beforeEach(needsOfficialFiles);
  const rows = hasOfficialFiles ? officialTable('verdicts.csv') : [];

  test.each(rows.map((row) => [row.file ?? '', row] as const))('%s', (file, row) => {
    const found = verdict(files.get(file) ?? Buffer.alloc(0));
    expect(found.signature).toBe(expected(row));
    if (found.signature === 'good') expect(row.signer).toMatch(new RegExp(`^${found.signer}(?: |$)`));
  });

  test('every response and signed file is in the table', () => {
    const listed = rows.map((row) => row.file);
    expect(
      [...files.keys()].filter((name) => /^(?:responses|signed-by-us)\//.test(name) && !listed.includes(name)),
    ).toEqual([]);
    expect(rows.length).toBeGreaterThanOrEqual(18);
  });

  test('the other requests: unsigned ones read, placeholders are no signature', () => {
    const others = [...files].filter(([name]) => name.startsWith('requests-other/') && !name.includes('-invalid'));
    const placeholder = /ZGVmYXVsdA==/;
    for (const [name, bytes] of others) {
      expect(verdict(bytes).signature, name).toBe(
        placeholder.test(bytes.toString()) ? 'duis.signature.profile' : 'absent',
      );
    }
    expect(others.length).toBe(13);
  });
});

describe('request templates', () => {
  function tally(folder: string): Map<string, number> {
    const found = new Map<string, number>();
    for (const [name, bytes] of files) {
      if (!name.startsWith(folder)) continue;
      const { signature } = verdict(bytes);
      found.set(signature, (found.get(signature) ?? 0) + 1);
      const unsigned = bytes.toString().replace(/<ds:Signature[\s\S]*<\/ds:Signature>/, '');
      if (signature !== 'duis.xml.comment') expect(verdict(Buffer.from(unsigned)).signature, name).toBe('absent');
    }
    return found;
  }

  test('official ones read; their placeholder is no signature', (context) => {
    needsOfficialFiles(context);
    expect(Object.fromEntries(tally('requests/'))).toEqual({
      'duis.signature.profile': 223 - COMMENTED.official,
      'duis.xml.comment': COMMENTED.official,
    });
  });

  test('those of the npm package as well', () => {
    expect(Object.fromEntries(tally('package/'))).toEqual({
      'duis.signature.profile': 293 - COMMENTED.packaged,
      'duis.xml.comment': COMMENTED.packaged,
    });
  });
});
