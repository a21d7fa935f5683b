/**
 * Signing: the signature is put behind the last child of the root, in the profile that verify.ts checks.
 */
import { hash, type KeyObject, sign } from 'node:crypto';
import { DuisError } from '../errors.ts';
import { escapeText } from '../write/xml.ts';
import { NAMESPACE_DS } from '../xml/namespaces.ts';
import { scan } from '../xml/scan.ts';
import { ALGORITHMS } from './profile.ts';

export interface Signer {
  /** A P-256 private key. */
  readonly privateKey: KeyObject;
  /** X509IssuerName of the signer's certificate, e.g. 'CN=Z1,OU=07'. */
  readonly issuer: string;
  /** X509SerialNumber, decimal. */
  readonly serial: string;
}

const prefix = `<ds:Signature xmlns:ds="${NAMESPACE_DS}">`;
/** The SignedInfo in its exclusive canonical form, up to the digest and from it. */
const signedInfoHead =
  `<ds:SignedInfo xmlns:ds="${NAMESPACE_DS}">` +
  `<ds:CanonicalizationMethod Algorithm="${ALGORITHMS.canonicalization}"></ds:CanonicalizationMethod>` +
  `<ds:SignatureMethod Algorithm="${ALGORITHMS.signature}"></ds:SignatureMethod>` +
  `<ds:Reference URI=""><ds:Transforms><ds:Transform Algorithm="${ALGORITHMS.transform}"></ds:Transform></ds:Transforms>` +
  `<ds:DigestMethod Algorithm="${ALGORITHMS.digest}"></ds:DigestMethod><ds:DigestValue>`;
const signedInfoTail = '</ds:DigestValue></ds:Reference></ds:SignedInfo>';

/**
 * Signs a message that has no signature yet. Text in, bytes out: the text is kept as it is, byte for byte, but for
 * the signature before the root's end tag. Throws DuisError when the text is not a well-formed document, or signed, and
 * 'duis.write.value' when a reader would not find the signer as it is named.
 */
export function signMessage(unsigned: string, signer: Signer): Buffer {
  checkSigner(signer);
  const bytes = Buffer.from(unsigned, 'utf8');
  const scanned = scan(bytes);
  if (scanned.signature >= 0) throw new DuisError('duis.signature.repeated', 'the message is signed already');
  const digest = hash('sha256', Buffer.from(scanned.canonicalDocument, 'latin1'), 'base64');
  const signedInfo = signedInfoHead + digest + signedInfoTail;
  const value = sign('sha256', Buffer.from(signedInfo, 'latin1'), {
    key: signer.privateKey,
    dsaEncoding: 'ieee-p1363',
  });
  const end = unsigned.lastIndexOf('</');
  if (end < 0) throw new DuisError('duis.profile.structure', 'an empty root element cannot be signed');
  // The empty elements of the canonical form are written short: shorter for everybody, and the same when digested.
  const compact = signedInfo
    .replace(` xmlns:ds="${NAMESPACE_DS}"`, '')
    .replace(/><\/ds:(?:CanonicalizationMethod|SignatureMethod|Transform|DigestMethod)>/g, '/>');
  const signature =
    `${prefix}${compact}<ds:SignatureValue>${value.toString('base64')}</ds:SignatureValue>` +
    `<ds:KeyInfo><ds:X509Data><ds:X509IssuerSerial><ds:X509IssuerName>${escapeText(signer.issuer)}</ds:X509IssuerName>` +
    `<ds:X509SerialNumber>${signer.serial}</ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data></ds:KeyInfo>` +
    '</ds:Signature>';
  return Buffer.from(unsigned.slice(0, end) + signature + unsigned.slice(end), 'utf8');
}

/** What `readMessage` takes as it was written: digits, and a name that is all on one line with nothing around it. */
function checkSigner({ issuer, serial }: Signer): void {
  if (!/^[0-9]{1,60}$/.test(serial)) {
    throw new DuisError('duis.write.value', "the signer's serial number is not a decimal number");
  }
  if (issuer === '' || issuer !== issuer.trim() || /\p{Cc}/u.test(issuer)) {
    throw new DuisError('duis.write.value', "the signer's issuer is empty or holds control characters or outer blanks");
  }
}
