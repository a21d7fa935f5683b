/**
 * The frame of every message: root, header, body. Unsigned text; `signMessage` puts the signature in.
 */
import { DuisError } from '../errors.ts';
import { NAMESPACE_SR } from '../xml/namespaces.ts';
import { element, elementText, type XmlElement, type XmlText } from './xml.ts';

/** The version of the schema that everything is written in. */
export const WRITTEN_SCHEMA_VERSION = '5.4';

const isText = (part: XmlElement | XmlText): part is XmlText => 'xml' in part;

/** The text of a part, written here or given as text. */
export const partText = (part: XmlElement | XmlText): string => (isText(part) ? part.xml : elementText(part));

/** Puts a header and the text of a body's one element into a root of that name. */
export function writeRoot(
  root: 'Request' | 'Response',
  header: readonly (XmlElement | undefined)[],
  body: string,
): string {
  const headerText = elementText(element('Header', header));
  if (body === '') throw new DuisError('duis.write.structure', 'the body is empty');
  return (
    `<sr:${root} xmlns:sr="${NAMESPACE_SR}" schemaVersion="${WRITTEN_SCHEMA_VERSION}">` +
    `${headerText}<sr:Body>${body}</sr:Body></sr:${root}>`
  );
}
