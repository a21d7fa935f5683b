import { X509Certificate } from 'node:crypto';
import { requireEui } from '@penstock/duis';
import { needsOfficialFiles, officialFile } from '@penstock/duis/testing';
import { describe, expect, test } from 'vitest';
import { CertificateFault, normaliseSerial, readCertificate, readCertificateFor } from './certificates.ts';
import { testCertificate } from './testing-certificates.ts';

const user = requireEui('90-B3-D5-1F-30-01-00-00');
const other = requireEui('90-B3-D5-1F-30-02-00-00');

function faultOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof CertificateFault) return error.code;
    throw error;
  }
  return 'none';
}

describe('certificates', () => {
  test('issuer, serial, fingerprint, validity and User ID are read from PEM and from base64', () => {
    const made = testCertificate({ userId: user, serial: '7fffffffffffffffffffffffffffffff' });
    for (const text of [made.pem, made.base64, ` ${made.pem}\r\n`]) {
      const read = readCertificateFor(text, 'signing', user);
      expect(read.issuer).toBe('CN=Z1,OU=07');
      expect(read.serial).toBe('170141183460469231731687303715884105727');
      expect(read.subjectUser).toBe(user);
      expect(read.notAfter).toEqual(new Date('2045-01-01T00:00:00Z'));
      const fingerprint = new X509Certificate(made.der).fingerprint256.replaceAll(':', '').toLowerCase();
      expect(read.fingerprint.toString('hex')).toBe(fingerprint);
    }
  });

  test('a signing certificate is on P-256 and carries its User ID; a transport certificate needs neither', () => {
    const wrongCurve = testCertificate({ userId: user, serial: '01', curve: 'P-384' }).base64;
    expect(faultOf(() => readCertificateFor(wrongCurve, 'signing', user))).toBe('key');
    const anothers = testCertificate({ userId: other, serial: '01' }).base64;
    expect(faultOf(() => readCertificateFor(anothers, 'signing', user))).toBe('user');
    const nobodys = testCertificate({ serial: '01' }).base64;
    expect(faultOf(() => readCertificateFor(nobodys, 'signing', user))).toBe('user');
    for (const text of [wrongCurve, anothers, nobodys]) {
      expect(faultOf(() => readCertificateFor(text, 'transport', user))).toBe('none');
    }
  });

  test.each([
    ['seven bytes', Buffer.alloc(8)],
    ['nine bytes', Buffer.alloc(10)],
    ['unused bits', Buffer.from('0190b3d51f30010000', 'hex')],
  ])('an identifier of %s is no EUI-64', (_, identifier) => {
    const { base64 } = testCertificate({ serial: '01', identifier });
    expect(faultOf(() => readCertificate(base64))).toBe('user');
  });

  test('what is not one whole certificate is refused', () => {
    const made = testCertificate({ userId: user, serial: '01' });
    const cutOff = made.der.subarray(0, 100).toString('base64');
    const key = made.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    for (const text of ['', '%', 'AAAA', cutOff, key, made.pem + made.pem]) {
      expect(faultOf(() => readCertificate(text))).toBe('unreadable');
    }
  });

  test('serials lose leading zeros and nothing else', () => {
    expect(normaliseSerial('0012')).toBe('12');
    expect(normaliseSerial(' 12\n')).toBe('12');
    expect(normaliseSerial('0')).toBe('0');
    expect(normaliseSerial('170141183460469231731687303715884105727')).toBe('170141183460469231731687303715884105727');
    for (const text of ['', '-1', '1f', '1'.repeat(50)]) expect(normaliseSerial(text)).toBeUndefined();
  });

  test('a genuine test certificate reads as its messages name it', (context) => {
    needsOfficialFiles(context);
    const read = readCertificateFor(officialFile('pki/xml-sign-90B3D51F30010000-ds.pem'), 'signing', user);
    expect(read.issuer).toBe('CN=Z1,OU=07');
    expect(read.serial).toBe(BigInt('0x14BE4AD2EA1D0E4EC7F7156BD24624A7').toString());
  });
});
