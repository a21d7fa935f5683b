/** The extensions of a certificate that decide what it may be used for. */
import type { Buffer } from 'node:buffer';
import { DerError, Reader, readBits, readOnly, tag } from './der.ts';

const identifier = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  certificatePolicies: '2.5.29.32',
  extendedKeyUsage: '2.5.29.37',
} as const;

/** Bits of keyUsage. */
export const usage = {
  digitalSignature: 0,
  nonRepudiation: 1,
  keyEncipherment: 2,
  keyAgreement: 4,
  keyCertSign: 5,
  cRLSign: 6,
} as const;

export interface Extensions {
  readonly isAuthority: boolean;
  /** Authorities that may stand below this one; undefined: any number. */
  readonly pathLength: number | undefined;
  /** Undefined: the certificate does not say. */
  readonly keyUsage: ReadonlySet<number> | undefined;
  readonly extendedKeyUsage: readonly string[] | undefined;
  readonly subjectKeyIdentifier: Buffer | undefined;
  /** Identifiers of what a verifier has to understand and this one does not. */
  readonly notUnderstood: readonly string[];
}

export interface Extension {
  readonly identifier: string;
  readonly isCritical: boolean;
  readonly value: Buffer;
}

/** An Extensions list; none may stand twice. */
export function readExtensionList(reader: Reader): Extension[] {
  const list = reader.enter(tag.sequence);
  const extensions: Extension[] = [];
  while (!list.isAtEnd) {
    const one = list.enter(tag.sequence);
    const name = one.objectIdentifier();
    const isCritical = one.peek() === tag.boolean && one.boolean();
    const value = one.take(tag.octetString).content;
    one.end();
    if (extensions.some((other) => other.identifier === name)) throw new DerError('an extension stands twice');
    extensions.push({ identifier: name, isCritical, value });
  }
  return extensions;
}

function readBasicConstraints(value: Buffer): { isAuthority: boolean; pathLength: number | undefined } {
  const constraints = readOnly(value, tag.sequence);
  const isAuthority = constraints.peek() === tag.boolean && constraints.boolean();
  const pathLength = constraints.peek() === tag.integer ? constraints.smallInteger() : undefined;
  constraints.end();
  return { isAuthority, pathLength };
}

function readBitString(value: Buffer): ReadonlySet<number> {
  const reader = new Reader(value);
  const bits = readBits(reader.take(tag.bitString).content);
  reader.end();
  return bits;
}

function readOctetString(value: Buffer): Buffer {
  const reader = new Reader(value);
  const { content } = reader.take(tag.octetString);
  reader.end();
  return content;
}

/**
 * Policies are understood in that any is taken. Constraints on names are not, and are refused even where they are not
 * marked as critical, as RFC 5280 wants them to be: whoever wrote them wanted names to be limited.
 */
export function readExtensions(extensions: readonly Extension[]): Extensions {
  const find = (name: string): Buffer | undefined => extensions.find((one) => one.identifier === name)?.value;
  const constraints = find(identifier.basicConstraints);
  const keyUsage = find(identifier.keyUsage);
  const purposes = find(identifier.extendedKeyUsage);
  const keyIdentifier = find(identifier.subjectKeyIdentifier);
  const understood: readonly string[] = Object.values(identifier).filter((one) => one !== identifier.nameConstraints);
  return {
    ...(constraints === undefined ? { isAuthority: false, pathLength: undefined } : readBasicConstraints(constraints)),
    keyUsage: keyUsage === undefined ? undefined : readBitString(keyUsage),
    extendedKeyUsage: purposes === undefined ? undefined : readPurposes(purposes),
    subjectKeyIdentifier: keyIdentifier === undefined ? undefined : readOctetString(keyIdentifier),
    notUnderstood: extensions
      .filter(
        ({ isCritical, identifier: name }) =>
          name === identifier.nameConstraints || (isCritical && !understood.includes(name)),
      )
      .map((one) => one.identifier),
  };
}

function readPurposes(value: Buffer): string[] {
  const list = readOnly(value, tag.sequence);
  const purposes: string[] = [];
  while (!list.isAtEnd) purposes.push(list.objectIdentifier());
  return purposes;
}
