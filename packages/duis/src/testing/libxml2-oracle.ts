/**
 * For tests only: what libxml2 (by WebAssembly) makes of a document, to compare our own pass with. Independent of ours in
 * every part: another parser, another tree, another canonicaliser.
 */
import { ParseOption, XmlC14NMode, XmlDocument, XmlElement, type XmlNode } from 'libxml2-wasm';

const DS = { ds: 'http://www.w3.org/2000/09/xmldsig#' };

/**
 * An element as a parser sees it. Namespaces are URIs; attributes 'uri local' to value; text of a leaf, else ''.
 * U+FEFF at the start of a string is left out: the binding to libxml2 drops it from longer strings.
 */
export interface SeenElement {
  readonly name: string;
  readonly namespace: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
  readonly children: readonly SeenElement[];
}

export interface CanonicalForms {
  /** Inclusive C14N 1.0 without comments of the document without the signature that is a child of its root. */
  readonly document: Buffer;
  /** Exclusive C14N of that signature's SignedInfo; empty when there is none. */
  readonly signedInfo: Buffer;
}

/** Parses, runs `use` on the document and frees it. Throws what libxml2 complains of, undeclared prefixes among it. */
function withParsed<Result>(bytes: Uint8Array, use: (document: XmlDocument) => Result): Result {
  // ids are no matter of well-formedness
  const document = XmlDocument.fromBuffer(bytes, { option: ParseOption.XML_PARSE_SKIP_IDS });
  try {
    return use(document);
  } finally {
    document.dispose();
  }
}

function canonical(node: XmlDocument | XmlNode, mode: 0 | 1): Buffer {
  const parts: Buffer[] = [];
  const handler = {
    // the memory belongs to libxml2: copied
    write: (part: Uint8Array): number => parts.push(Buffer.from(part)) && part.length,
    close: (): boolean => true,
  };
  node.canonicalize(handler, { mode });
  return Buffer.concat(parts);
}

/** The two canonical forms of a message as libxml2 writes them. Throws when libxml2 does not take the document. */
export function canonicalForms(bytes: Uint8Array): CanonicalForms {
  return withParsed(bytes, (document) => {
    const signedInfo = document.get('/*/ds:Signature/ds:SignedInfo', DS);
    const written = signedInfo === null ? Buffer.alloc(0) : canonical(signedInfo, XmlC14NMode.XML_C14N_EXCLUSIVE_1_0);
    document.get('/*/ds:Signature', DS)?.remove();
    return { document: canonical(document, XmlC14NMode.XML_C14N_1_0), signedInfo: written };
  });
}

/** The elements of a document as libxml2 reads them. Throws when libxml2 does not take the document. */
export function seenByLibxml2(bytes: Uint8Array): SeenElement {
  return withParsed(bytes, (document) => see(document.root));
}

function see(element: XmlElement): SeenElement {
  const children: SeenElement[] = [];
  for (let node = element.firstChild; node !== null; node = node.next) {
    if (node instanceof XmlElement) children.push(see(node));
  }
  const attributes: Record<string, string> = {};
  for (const attribute of element.attrs)
    attributes[`${attribute.namespaceUri} ${attribute.name}`] = withoutMark(attribute.content);
  return {
    name: element.name,
    namespace: element.namespaceUri,
    attributes,
    text: children.length > 0 ? '' : withoutMark(element.content),
    children,
  };
}

export const withoutMark = (text: string): string => text.replace(/^\ufeff+/, '');
