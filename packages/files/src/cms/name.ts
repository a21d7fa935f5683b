/**
 * Distinguished names as text, in the one form in which the platform registers issuers: RFC 4514's order and escapes,
 * types in upper case, runs of blanks made one, the case of values kept.
 */
import type { Buffer } from 'node:buffer';
import { Reader, readOnly, tag, type Value } from './der.ts';

/** The types of attributes that are written by a name, by their object identifiers. */
export const attributeNames: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.4': 'SURNAME',
  '2.5.4.5': 'SERIALNUMBER',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'STREET',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.12': 'TITLE',
  '2.5.4.42': 'GIVENNAME',
  '2.5.4.45': 'X500UNIQUEIDENTIFIER',
  '2.5.4.46': 'DNQUALIFIER',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
  '1.2.840.113549.1.9.1': 'EMAILADDRESS',
};

/** The encodings of the strings of X.520, by tag. */
const encodings = new Map([
  [tag.utf8String, 'utf-8'],
  [tag.printableString, 'latin1'],
  [tag.ia5String, 'latin1'],
  [tag.teletexString, 'latin1'],
  [tag.bmpString, 'utf-16be'],
]) as ReadonlyMap<number, string>;

/** A value as text; what is no string is the hex of its DER. */
function writeValue({ tag: tagByte, content, whole }: Value): string {
  const encoding = encodings.get(tagByte);
  if (encoding === undefined) return `#${whole.toString('hex').toUpperCase()}`;
  return new TextDecoder(encoding)
    .decode(content)
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/[\\",+;<>]/g, '\\$&')
    .replace(/^#/, '\\#')
    .replaceAll('\0', '\\00');
}

/** The DER of a Name as text. Throws DerError when it is none. */
export function writeName(name: Buffer): string {
  const relatives = readOnly(name, tag.sequence).rest();
  return relatives
    .map(({ content }) =>
      new Reader(content)
        .rest()
        .map((pair) => {
          const attribute = new Reader(pair.content);
          const type = attribute.objectIdentifier();
          const value = writeValue(attribute.any());
          return `${attributeNames[type] ?? type}=${value}`;
        })
        .sort()
        .join('+'),
    )
    .reverse()
    .join(',');
}
