/**
 * The namespaces in scope while a document is scanned, and those that a canonical form has already written.
 */
import { DuisError } from '../errors.ts';
import { canonicalAttribute, compareText } from './canonical.ts';
import type { Attribute } from './start-tag.ts';

export const NAMESPACE_SR = 'http://www.dccinterface.co.uk/ServiceUserGateway';
export const NAMESPACE_RA = 'http://www.dccinterface.co.uk/ResponseAndAlert';
export const NAMESPACE_DS = 'http://www.w3.org/2000/09/xmldsig#';
const NAMESPACE_XML = 'http://www.w3.org/XML/1998/namespace';
const NAMESPACE_XMLNS = 'http://www.w3.org/2000/xmlns/';

export const NONE = 0;
export const SR = 1;
export const RA = 2;
export const DS = 3;
export const OTHER = 4;

/** Look-ups walk the list, so its length bounds the work that a hostile document can ask for. */
const MOST_BINDINGS = 64;

function namespaceNumber(uri: string): number {
  switch (uri) {
    case '':
      return NONE;
    case NAMESPACE_SR:
      return SR;
    case NAMESPACE_RA:
      return RA;
    case NAMESPACE_DS:
      return DS;
    default:
      return OTHER;
  }
}

interface Binding {
  readonly prefix: string;
  readonly uri: string;
  readonly number: number;
}

/** A stack of bindings from prefix ('' is the default namespace) to URI. */
export class Bindings {
  private readonly stack: Binding[] = [];

  get size(): number {
    return this.stack.length;
  }

  /** Forgets all bindings made since `size` was this. */
  shrink(size: number): void {
    // setting the length of an array costs more than asking for it
    if (this.stack.length !== size) this.stack.length = size;
  }

  push(prefix: string, uri: string, at: number): void {
    if (this.stack.length >= MOST_BINDINGS) {
      throw new DuisError('duis.xml.limit', `more than ${MOST_BINDINGS} namespaces are declared at once`, at);
    }
    this.stack.push({ prefix, uri, number: namespaceNumber(uri) });
  }

  /** The binding of the prefix text[from, from + length), without cutting it out. */
  find(text: string, from: number, length: number): Binding | undefined {
    for (let index = this.stack.length - 1; index >= 0; index--) {
      const binding = this.stack[index];
      if (binding !== undefined && binding.prefix.length === length && text.startsWith(binding.prefix, from)) {
        return binding;
      }
    }
    return undefined;
  }

  /** The URI that a prefix is bound to; '' when it is not bound. */
  uri(prefix: string): string {
    return this.find(prefix, 0, prefix.length)?.uri ?? '';
  }
}

/**
 * RFC 3986 without what no namespace needs: ports, hosts in brackets, and '&', which canonical forms must write as
 * '&amp;' and libxml2 does not, so that two verifiers would digest different bytes.
 */
const absoluteUri =
  /^[A-Za-z][A-Za-z0-9+.-]*:(?:\/\/[\w.~-]*(?![^/?#])|(?!\/\/))(?:[\w.~:/?@!$'()*+,;=-]|%[0-9A-Fa-f]{2})*(?:#(?:[\w.~:/?@!$'()*+,;=-]|%[0-9A-Fa-f]{2})*)?$/;

/** Refuses what Namespaces in XML forbids to declare, and relative URIs, for which canonical forms are not defined. */
export function checkDeclaration(prefix: string, uri: string, at: number): void {
  const refuse = (detail: string): never => {
    throw new DuisError('duis.xml.namespace', detail, at);
  };
  if (prefix === 'xmlns' || uri === NAMESPACE_XMLNS) refuse('the prefix xmlns and its namespace cannot be declared');
  if ((prefix === 'xml') !== (uri === NAMESPACE_XML)) refuse('the prefix xml and its namespace belong together');
  if (uri === '' && prefix !== '') refuse(`the prefix ${prefix} is bound to nothing`);
  if (namespaceNumber(uri) === OTHER && !absoluteUri.test(uri)) refuse('a namespace must be an absolute URI');
}

/**
 * The URI of an attribute's namespace: the default namespace does not apply to attributes. `start` is where the tag's
 * attributes begin.
 */
export function attributeUri(attribute: Attribute, bindings: Bindings, start: number): string {
  if (attribute.prefix === '') return '';
  if (attribute.prefix === 'xml') return NAMESPACE_XML;
  const uri = bindings.uri(attribute.prefix);
  if (uri !== '') return uri;
  const detail = `the prefix ${attribute.prefix} is not declared`;
  throw new DuisError('duis.xml.namespace', detail, start + attribute.offset);
}

/** The attributes of one element, in canonical order and spelling. Refuses two of the same name. */
export function canonicalAttributes(attributes: readonly Attribute[], bindings: Bindings, start: number): string {
  const [first] = attributes;
  if (first === undefined) return '';
  if (attributes.length === 1 && first.prefix === '') return canonicalAttribute(first.name, first.value);
  const sorted = attributes.map((attribute) => ({ attribute, uri: attributeUri(attribute, bindings, start) }));
  sorted.sort((a, b) => compareText(a.uri, b.uri) || compareText(a.attribute.local, b.attribute.local));
  let written = '';
  sorted.forEach(({ attribute, uri }, index) => {
    const before = sorted[index - 1];
    if (before !== undefined && before.uri === uri && before.attribute.local === attribute.local) {
      throw new DuisError(
        'duis.xml.malformed',
        `the attribute ${attribute.name} stands twice`,
        start + attribute.offset,
      );
    }
    written += canonicalAttribute(attribute.name, attribute.value);
  });
  return written;
}

/** `xmlns` declarations in canonical order (by prefix, the default first) and spelling. */
export function canonicalDeclarations(declarations: readonly { prefix: string; uri: string }[]): string {
  if (declarations.length === 0) return '';
  return [...declarations]
    .sort((a, b) => compareText(a.prefix, b.prefix))
    .map(({ prefix, uri }) => canonicalAttribute(prefix === '' ? 'xmlns' : `xmlns:${prefix}`, uri))
    .join('');
}
