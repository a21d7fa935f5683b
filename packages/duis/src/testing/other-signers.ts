/**
 * For tests only: two other implementations of XML signatures, set to the profile of DUIS. xml-crypto is JavaScript on
 * xmldom; xmlsec1 is a program on libxml2 and OpenSSL, there only where it is installed.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { type KeyObject, sign, verify } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { type SignatureAlgorithm, SignedXml } from 'xml-crypto';
import { ALGORITHMS } from '../signature/profile.ts';
import type { Signer } from '../signature/sign.ts';
import { NAMESPACE_DS } from '../xml/namespaces.ts';

const pem = (key: KeyObject): string =>
  key.export({ format: 'pem', type: key.type === 'private' ? 'pkcs8' : 'spki' }).toString();

/** xml-crypto has no ECDSA: this is node's, with r || s as XML signatures have it. */
class EcdsaSha256 implements SignatureAlgorithm {
  getAlgorithmName(): string {
    return ALGORITHMS.signature;
  }
  getSignature = (signedInfo: unknown, key: unknown): string =>
    sign('sha256', Buffer.from(String(signedInfo)), { key: String(key), dsaEncoding: 'ieee-p1363' }).toString('base64');
  verifySignature(material: string, key: unknown, value: string): boolean {
    const read = { key: String(key), dsaEncoding: 'ieee-p1363' as const };
    return verify('sha256', Buffer.from(material), read, Buffer.from(value, 'base64'));
  }
}

function xmlCrypto(options: ConstructorParameters<typeof SignedXml>[0]): SignedXml {
  const signed = new SignedXml(options);
  signed.SignatureAlgorithms = { [ALGORITHMS.signature]: EcdsaSha256 };
  return signed;
}

/** Whether xml-crypto verifies the last signature of a message. What it throws for a wrong value is a no. */
export function xmlCryptoVerifies(message: Uint8Array, key: KeyObject): boolean {
  const text = Buffer.from(message).toString();
  const signature = /<ds:Signature[ >](?:(?!<ds:Signature[ >])[\s\S])*<\/ds:Signature>(?=\s*<\/\w+:\w+>\s*$)/.exec(
    text,
  )?.[0];
  if (signature === undefined) return false;
  // cut out, the signature must bring its namespace with it
  const declared = /^<ds:Signature[^>]* xmlns:ds=/.test(signature);
  const checked = xmlCrypto({ publicCert: pem(key), getCertFromKeyInfo: () => null });
  checked.loadSignature(
    declared ? signature : signature.replace('<ds:Signature', `<ds:Signature xmlns:ds="${NAMESPACE_DS}"`),
  );
  try {
    return checked.checkSignature(text);
  } catch (error) {
    if (error instanceof Error && /invalid signature/.test(error.message)) return false;
    throw error;
  }
}

/**
 * A message signed by xml-crypto. Its reference names the enveloped-signature transform alone, and so the document is
 * digested in inclusive C14N: the reading of the standard that DUIS is built on.
 */
export function signedByXmlCrypto(unsigned: string, signer: Signer): Buffer {
  const signing = xmlCrypto({
    privateKey: pem(signer.privateKey),
    signatureAlgorithm: ALGORITHMS.signature,
    canonicalizationAlgorithm: ALGORITHMS.canonicalization,
    getKeyInfoContent: () =>
      `<ds:X509Data><ds:X509IssuerSerial><ds:X509IssuerName>${signer.issuer}</ds:X509IssuerName>` +
      `<ds:X509SerialNumber>${signer.serial}</ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data>`,
  });
  signing.addReference({
    xpath: '/*',
    isEmptyUri: true,
    transforms: [ALGORITHMS.transform],
    digestAlgorithm: ALGORITHMS.digest,
  });
  signing.computeSignature(unsigned, { prefix: 'ds', location: { reference: '/*', action: 'append' } });
  return Buffer.from(signing.getSignedXml());
}

const hasXmlsec = spawnSync('xmlsec1', ['--version']).status === 0;

/** Skips a test where the program xmlsec1 is not there. */
export function needsXmlsec(context: TestContext): void {
  context.skip(!hasXmlsec, 'xmlsec1 is not installed (apt-get install xmlsec1)');
}

/** The message's own signature: xmlsec1 would take the first, which in SMETS1 responses is the producer's. */
const own = ['--node-xpath', "/*/*[local-name()='Signature']"];

const template =
  `<ds:Signature xmlns:ds="${NAMESPACE_DS}"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="${ALGORITHMS.canonicalization}"/>` +
  `<ds:SignatureMethod Algorithm="${ALGORITHMS.signature}"/><ds:Reference URI=""><ds:Transforms>` +
  `<ds:Transform Algorithm="${ALGORITHMS.transform}"/></ds:Transforms><ds:DigestMethod Algorithm="${ALGORITHMS.digest}"/>` +
  '<ds:DigestValue/></ds:Reference></ds:SignedInfo><ds:SignatureValue/></ds:Signature>';

/** Runs `work` in a folder of its own that is removed behind it. */
function inFolder<Result>(work: (folder: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-xmlsec-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Messages signed by xmlsec1; without KeyInfo, which it would want a certificate for. */
export function signedByXmlsec(unsigned: readonly string[], key: KeyObject): Buffer[] {
  return inFolder((folder) => {
    writeFileSync(join(folder, 'key.pem'), pem(key), { mode: 0o600 });
    return unsigned.map((text) => {
      const end = text.lastIndexOf('</');
      writeFileSync(join(folder, 'in.xml'), text.slice(0, end) + template + text.slice(end));
      execFileSync('xmlsec1', ['--sign', ...own, '--privkey-pem', 'key.pem', '--output', 'out.xml', 'in.xml'], {
        cwd: folder,
      });
      return readFileSync(join(folder, 'out.xml'));
    });
  });
}

/** Which of the messages xmlsec1 verifies. One run a message: it stops at the first that is bad. */
export function xmlsecVerifies(messages: readonly Uint8Array[], key: KeyObject): boolean[] {
  return inFolder((folder) => {
    writeFileSync(join(folder, 'key.pem'), pem(key));
    return messages.map((message) => {
      writeFileSync(join(folder, 'in.xml'), message);
      return (
        spawnSync('xmlsec1', ['--verify', ...own, '--pubkey-pem', 'key.pem', 'in.xml'], { cwd: folder }).status === 0
      );
    });
  });
}
