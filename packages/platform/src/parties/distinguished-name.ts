// Distinguished names as text. A DUIS signature names its certificate's issuer as text (X509IssuerName), and
// every tool writes that its own way: `CN=U1, OU=07` (Java), `CN=Z1,OU=07` (RFC 4514), `OU = 07, CN = Z1` and
// `/OU=07/CN=Z1` (OpenSSL, in the order of the certificate). Here they come to one form.
import { attributeNames } from '@penstock/files/signature';
import { derChildren, derObjectIdentifier, derTag } from './der.ts';

const otherNames: Readonly<Record<string, string>> = {
  S: 'ST',
  SN: 'SURNAME',
  T: 'TITLE',
  GN: 'GIVENNAME',
  DNQ: 'DNQUALIFIER',
  E: 'EMAILADDRESS',
};

/** X509IssuerName is short in all real messages; the bound keeps a hostile one from costing anything. */
const LONGEST_NAME = 1_024;

interface Attribute {
  readonly type: string;
  readonly value: string;
}
/** The attributes of one relative name; almost always one. */
type RelativeName = readonly Attribute[];

function canonicalType(text: string): string | undefined {
  const type = text
    .trim()
    .toUpperCase()
    .replace(/^OID\./, '');
  if (/^[0-2](?:\.(?:0|[1-9][0-9]*))+$/.test(type)) return attributeNames[type] ?? type;
  return /^[A-Z][A-Z0-9-]*$/.test(type) ? (otherNames[type] ?? type) : undefined;
}

/** The text of a DER string; undefined when it is none. */
function derText(tag: number, content: Buffer): string | undefined {
  switch (tag) {
    case derTag.utf8String:
      return content.toString('utf8');
    case derTag.printableString:
    case derTag.ia5String:
    case derTag.teletexString:
      return content.toString('latin1');
    case derTag.bmpString:
      return content.length % 2 === 0 ? Buffer.from(content).swap16().toString('utf16le') : undefined;
    default:
      return undefined;
  }
}

function hexValue(hex: string): string | undefined {
  if (hex.length === 0 || hex.length % 2 !== 0 || !/^[0-9A-Fa-f]+$/.test(hex)) return undefined;
  try {
    const values = derChildren(Buffer.from(hex, 'hex'));
    const [only] = values;
    if (only === undefined || values.length > 1) return undefined;
    return derText(only.tag, only.content) ?? `#${hex.toUpperCase()}`;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Takes the escapes of RFC 4514 (and the quotes of RFC 1779) away. Undefined when they are broken. */
function unescapeValue(raw: string): string | undefined {
  // A blank that is escaped at the end belongs to the value; the others around it do not.
  const text = raw.trimStart().replace(/((?:\\\\)*\\ )?\s*$/, (_, kept: string | undefined) => kept ?? '');
  if (text.startsWith('#')) return hexValue(text.slice(1));
  const isQuoted = text.startsWith('"');
  if (isQuoted && (text.length < 2 || !text.endsWith('"'))) return undefined;
  const inner = isQuoted ? text.slice(1, -1) : text;
  const bytes: Buffer[] = [];
  for (let at = 0; at < inner.length; ) {
    const pair = /^\\([0-9A-Fa-f]{2})/.exec(inner.slice(at, at + 3))?.[1];
    if (pair !== undefined) {
      bytes.push(Buffer.from(pair, 'hex'));
      at += 3;
      continue;
    }
    const isEscape = inner[at] === '\\';
    const character = String.fromCodePoint(inner.codePointAt(isEscape ? at + 1 : at) ?? 0);
    if (isEscape && !' "#+,;<=>\\/'.includes(character)) return undefined;
    if (!isEscape && !isQuoted && '"'.includes(character)) return undefined;
    bytes.push(Buffer.from(character, 'utf8'));
    at += character.length + (isEscape ? 1 : 0);
  }
  return Buffer.concat(bytes).toString('utf8');
}

/** Cuts at any of the separators that is neither escaped nor quoted. */
function split(text: string, separators: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character === '\\') at += 1;
    else if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && separators.includes(character)) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

function parseName(text: string): RelativeName[] | undefined {
  if (text.length > LONGEST_NAME) return undefined;
  const trimmed = text.trim();
  const isSlashed = trimmed.startsWith('/');
  // The slashed form has the certificate's order, which is the reverse of RFC 4514's.
  const parts = isSlashed ? split(trimmed.slice(1), '/').reverse() : split(trimmed, ',;');
  const names: RelativeName[] = [];
  for (const part of parts) {
    const attributes: Attribute[] = [];
    for (const item of split(part, '+')) {
      const equals = item.indexOf('=');
      const type = equals < 0 ? undefined : canonicalType(item.slice(0, equals));
      const value = type === undefined ? undefined : unescapeValue(item.slice(equals + 1));
      if (type === undefined || value === undefined) return undefined;
      attributes.push({ type, value });
    }
    names.push(attributes);
  }
  return names;
}

function writeValue(value: string): string {
  // Compared without regard to runs of blanks (RFC 5280, 7.1); the case of values is kept and compared.
  const compact = value.trim().replace(/\s+/g, ' ');
  if (/^#[0-9A-F]+$/.test(compact)) return compact;
  return compact
    .replace(/[\\",+;<>]/g, '\\$&')
    .replace(/^#/, '\\#')
    .replaceAll('\0', '\\00');
}

function writeName(names: readonly RelativeName[]): string {
  return names
    .map((attributes) =>
      attributes
        .map(({ type, value }) => `${type}=${writeValue(value)}`)
        .sort()
        .join('+'),
    )
    .join(',');
}

/**
 * The two ways in which a certificate may be registered that a name in a message can mean: as it is written, and
 * in the opposite order (`OU=07,CN=Z1` for `CN=Z1,OU=07`). Empty when the text is no distinguished name.
 */
export function issuerCandidates(text: string): readonly string[] {
  const names = parseName(text);
  if (names === undefined) return [];
  const written = writeName(names);
  const reversed = writeName(names.toReversed());
  return written === reversed ? [written] : [written, reversed];
}

/**
 * One form for one name: types in upper case, no blanks around them, values as text with RFC 4514's escapes; the
 * order is the one given (the slashed form is turned into RFC 4514's). Undefined when the text is no
 * distinguished name.
 */
export function normaliseIssuer(text: string): string | undefined {
  return issuerCandidates(text)[0];
}

/**
 * A Name of a certificate in the form of `normaliseIssuer`, in RFC 4514's order.
 * @param name the whole DER of the Name
 * @throws RangeError when it is no Name
 */
export function nameFromDer(name: Buffer): string {
  return writeName(
    derAttributes(name)
      .map((relative) =>
        relative.map(({ type, tag, content, whole }) => ({
          type: attributeNames[type] ?? type,
          value: derText(tag, content) ?? `#${whole.toString('hex').toUpperCase()}`,
        })),
      )
      .reverse(),
  );
}

export interface DerAttribute {
  /** Object identifier, dotted. */
  readonly type: string;
  readonly tag: number;
  readonly content: Buffer;
  readonly whole: Buffer;
}

/**
 * The attributes of a Name in the certificate's order, grouped by relative name.
 * @throws RangeError when it is no Name
 */
export function derAttributes(name: Buffer): DerAttribute[][] {
  const [sequence] = derChildren(name);
  if (sequence?.tag !== derTag.sequence) throw new RangeError('a Name is a sequence');
  return derChildren(sequence.content).map((set) =>
    derChildren(set.content).map((pair) => {
      const [type, value] = derChildren(pair.content);
      if (type?.tag !== derTag.objectIdentifier || value === undefined) throw new RangeError('no attribute of a Name');
      return { type: derObjectIdentifier(type.content), tag: value.tag, content: value.content, whole: value.whole };
    }),
  );
}
