/**
 * The verdict of the official schema on one message; runs in schema-worker.ts. No message makes libxml2 open anything.
 */
import { type ErrorDetail, ParseOption, XmlDocument, XmlLibError, type XsdValidator } from 'libxml2-wasm';
import { ERROR_LEVEL } from './schema-compiler.ts';

// HUGE because firmware is one text of up to 13.7 MB where libxml2's usual limit is 10 MB. It also lifts the limit on
// what entities grow to, but there are none without a DOCTYPE, which is refused before.
const PARSING =
  ParseOption.XML_PARSE_NO_XXE |
  ParseOption.XML_PARSE_NONET |
  ParseOption.XML_PARSE_HUGE |
  ParseOption.XML_PARSE_BIG_LINES;
const MOST_ERRORS = 3;
const LONGEST_ERROR = 200;
const prefixes: Readonly<Record<string, string>> = {
  'http://www.dccinterface.co.uk/ServiceUserGateway': 'sr:',
  'http://www.dccinterface.co.uk/ResponseAndAlert': 'ra:',
  'http://www.w3.org/2000/09/xmldsig#': 'ds:',
};

/** Whether the bytes have a document type declaration, which can only stand before the root element. */
function hasDocumentType(bytes: Buffer): boolean {
  for (let at = bytes.indexOf('<'); at >= 0; at = bytes.indexOf('<', at)) {
    const isComment = bytes.subarray(at, at + 4).equals(commentStart);
    if (!isComment && bytes[at + 1] !== 0x3f) return bytes[at + 1] === 0x21;
    at = bytes.indexOf(isComment ? '-->' : '?>', at + (isComment ? 4 : 2));
    if (at < 0) return false;
  }
  return false;
}
const commentStart = Buffer.from('<!--');

/** The first errors, each 'line 7: what is wrong'. Values of the message are cut short. */
function describe(details: readonly ErrorDetail[]): string {
  const errors = details.filter((detail) => detail.level >= ERROR_LEVEL);
  const told = errors.slice(0, MOST_ERRORS).map(({ line, message }) => {
    const text = message
      .replaceAll(/\{([^{}]*)\}(?=\w)/g, (whole, namespace: string) => prefixes[namespace] ?? whole)
      .replaceAll(/\s+/g, ' ')
      .trim();
    return `line ${line}: ${text.length > LONGEST_ERROR ? `${text.slice(0, LONGEST_ERROR).toWellFormed()}...` : text}`;
  });
  if (errors.length > told.length) told.push(`and ${errors.length - told.length} more`);
  return told.length === 0 ? 'it cannot be parsed' : told.join('; ');
}

/** What is wrong with the message, or undefined when it is valid. Throws what libxml2 itself fails by. */
export function findComplaint(schema: XsdValidator, bytes: Buffer): string | undefined {
  if (hasDocumentType(bytes)) return 'a document type declaration is not allowed';
  let document: XmlDocument | undefined;
  try {
    // the encoding that the message declares is not asked: in UTF-16 a DOCTYPE could not be seen before
    document = XmlDocument.fromBuffer(bytes, { option: PARSING, encoding: 'utf-8' });
    schema.validate(document);
    return undefined;
  } catch (error) {
    if (error instanceof XmlLibError) return describe(error.details);
    throw error;
  } finally {
    document?.dispose();
  }
}
