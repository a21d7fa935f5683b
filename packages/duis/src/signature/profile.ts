/**
 * The signature profile of DUIS, read strictly: enveloped, one reference to the whole document, one transform,
 * SHA-256, ECDSA on P-256, the signer named by issuer and serial number. Everything else is refused.
 *
 * Clause: DOMAIN "Signature profile". The SignedInfo names exclusive C14N for itself; the document is in inclusive
 * C14N 1.0 because no transform names another form.
 */
import { DuisError } from '../errors.ts';
import { DS } from '../xml/namespaces.ts';
import type { Scan } from '../xml/scan.ts';
import type { Tape } from '../xml/tape.ts';

export const ALGORITHMS = {
  canonicalization: 'http://www.w3.org/2001/10/xml-exc-c14n#',
  signature: 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256',
  transform: 'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
  digest: 'http://www.w3.org/2001/04/xmlenc#sha256',
} as const;

/** What the signature of a message says. The canonical forms are bytes, ready to be digested. */
export interface SignatureParts {
  /** X509IssuerName as written, and X509SerialNumber in decimal; undefined when KeyInfo does not name the signer. */
  readonly signer: { readonly issuer: string; readonly serial: string } | undefined;
  /** 32 bytes. */
  readonly digest: Uint8Array;
  /** r and s, 32 bytes each. */
  readonly value: Uint8Array;
  readonly canonicalDocument: string;
  readonly canonicalSignedInfo: string;
}

/** Reads the signature of a scanned message; undefined when there is none. Throws 'duis.signature.*'. */
export function readSignature(scan: Scan): SignatureParts | undefined {
  if (scan.signature < 0) return undefined;
  const tape = scan.tape;
  if (tape.next(scan.signature) !== tape.next(0)) {
    throw new DuisError('duis.signature.misplaced', undefined, tape.offset(scan.signature));
  }
  const [signedInfo, value, keyInfo] = parts(tape, scan.signature, ['SignedInfo', 'SignatureValue', 'KeyInfo?']);
  const digest = readSignedInfo(tape, required(signedInfo));
  return {
    signer: keyInfo === undefined ? undefined : readSigner(tape, keyInfo),
    digest,
    value: base64(tape, required(value), 64),
    canonicalDocument: scan.canonicalDocument,
    canonicalSignedInfo: scan.canonicalSignedInfo,
  };
}

function readSignedInfo(tape: Tape, signedInfo: number): Uint8Array {
  const [canonicalization, method, reference] = parts(tape, signedInfo, [
    'CanonicalizationMethod',
    'SignatureMethod',
    'Reference',
  ]);
  algorithm(tape, required(canonicalization), ALGORITHMS.canonicalization);
  algorithm(tape, required(method), ALGORITHMS.signature);
  const uri = attributes(tape, required(reference), ['URI', 'Id']).get('URI');
  if (uri !== '') refuse(tape, required(reference), 'the reference must have URI=""');
  const [transforms, digestMethod, digestValue] = parts(tape, required(reference), [
    'Transforms',
    'DigestMethod',
    'DigestValue',
  ]);
  const [transform] = parts(tape, required(transforms), ['Transform']);
  algorithm(tape, required(transform), ALGORITHMS.transform);
  algorithm(tape, required(digestMethod), ALGORITHMS.digest);
  return base64(tape, required(digestValue), 32);
}

function readSigner(tape: Tape, keyInfo: number): SignatureParts['signer'] {
  const [data] = parts(tape, keyInfo, ['X509Data']);
  const [issuerSerial] = parts(tape, required(data), ['X509IssuerSerial']);
  const [name, number] = parts(tape, required(issuerSerial), ['X509IssuerName', 'X509SerialNumber']);
  const serial = tape.content(required(number)).trim();
  if (!/^[0-9]{1,60}$/.test(serial)) refuse(tape, required(number), 'the serial number is not a decimal number');
  return { issuer: tape.content(required(name)).trim(), serial: serial.replace(/^0+(?=.)/, '') };
}

function required(index: number | undefined): number {
  if (index === undefined) throw new DuisError('duis.signature.profile');
  return index;
}

function refuse(tape: Tape, index: number, detail: string): never {
  throw new DuisError('duis.signature.profile', detail, tape.offset(index));
}

/** The children of an element, which must be exactly these in this order; a name with '?' may be missing. */
function parts(tape: Tape, parent: number, names: readonly string[]): (number | undefined)[] {
  const found: (number | undefined)[] = [];
  const end = tape.next(parent);
  let child = parent + 1;
  for (const name of names) {
    const optional = name.endsWith('?');
    const local = optional ? name.slice(0, -1) : name;
    if (child < end && tape.namespace(child) === DS && tape.isNamed(child, local)) {
      found.push(child);
      child = tape.next(child);
    } else if (optional) {
      found.push(undefined);
    } else {
      refuse(
        tape,
        parent,
        `${tape.localName(parent)} must hold ${names.join(', ').replaceAll('?', '')}, in this order`,
      );
    }
  }
  if (child < end) refuse(tape, child, `${tape.localName(child)} has no place in ${tape.localName(parent)}`);
  return found;
}

/** The attributes of an element; refuses those not listed. */
function attributes(tape: Tape, index: number, allowed: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of tape.attributes(index)) {
    if (!allowed.includes(name)) refuse(tape, index, `${tape.localName(index)} has an attribute ${name}`);
    found.set(name, value);
  }
  return found;
}

function algorithm(tape: Tape, index: number, expected: string): void {
  const named = attributes(tape, index, ['Algorithm']).get('Algorithm');
  if (named !== expected) refuse(tape, index, `${tape.localName(index)} must name ${expected}`);
  if (!tape.isLeaf(index) || tape.content(index).trim() !== '') {
    refuse(tape, index, `${tape.localName(index)} takes no parameters`);
  }
}

/** Strict base64 of so many bytes; white space inside is real (the Operator's own tool breaks lines with CR LF). */
function base64(tape: Tape, index: number, length: number): Uint8Array {
  const text = tape.content(index).replace(/[ \t\r\n]+/g, '');
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== length || bytes.toString('base64') !== text) {
    refuse(tape, index, `${tape.localName(index)} is not ${length} bytes in base64`);
  }
  return bytes;
}
