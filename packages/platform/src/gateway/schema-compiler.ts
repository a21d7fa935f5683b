/**
 * Compiles the official DUIS schema from the Operator's files as they come; runs in schema-worker.ts.
 *
 * What it does: finds the main file by what it defines, follows its imports by namespace and file name, gives each file
 * a name in memory, and compiles. What it does not: read files, or validate. What always holds: the schema is complete,
 * and afterwards libxml2 can open nothing, whatever a message names.
 *
 * The names in memory are not for beauty: libxml2 leaves out, with a warning at most, an import whose schemaLocation has
 * blanks, as the official names have. Older ones also ended xs:integer at 24 digits, where real serial numbers of
 * certificates have 39; that of libxml2-wasm 0.7.2 does not (200 digits were tried), and a test keeps watch.
 */
import {
  ParseOption,
  XmlBufferInputProvider,
  XmlDocument,
  XmlElement,
  XmlLibError,
  XsdValidator,
  xmlCleanupInputProvider,
  xmlRegisterInputProvider,
} from 'libxml2-wasm';
import { type SchemaFile, schemaFault } from './schema-files.ts';

const DUIS = 'http://www.dccinterface.co.uk/ServiceUserGateway';
const SCHEMA = 'http://www.w3.org/2001/XMLSchema';
const prefixes = { xs: SCHEMA };

// Internal entities are replaced (the W3C's own file has a DOCTYPE), nothing external is loaded.
const PARSING = ParseOption.XML_PARSE_NOENT | ParseOption.XML_PARSE_NO_XXE | ParseOption.XML_PARSE_NONET;

/** What libxml2 tells below it is a warning. */
export const ERROR_LEVEL = 2;

interface Part {
  readonly file: string;
  /** Its name for libxml2. */
  readonly memoryName: string;
  readonly document: XmlDocument;
  readonly namespace: string | undefined;
}

/** Compiles the schema. Throws PenstockError config.invalid; the caller disposes of what it gets. */
export function compileSchema(files: readonly SchemaFile[]): XsdValidator {
  const parts: Part[] = [];
  try {
    for (const file of files) parts.push(parsePart(file, parts.length));
    const main = findMain(parts);
    const needed = resolveImports(main, parts);
    return compile(main, needed);
  } finally {
    for (const part of parts) part.document.dispose();
  }
}

function parsePart(file: SchemaFile, index: number): Part {
  let document: XmlDocument;
  try {
    document = XmlDocument.fromBuffer(file.bytes, { option: PARSING });
  } catch (error) {
    if (!(error instanceof XmlLibError)) throw error;
    const line = error.details[0]?.line;
    throw schemaFault(`${file.name} is not well-formed XML${line === undefined ? '' : ` (line ${line})`}`, error);
  }
  const namespace = document.root.attr('targetNamespace')?.value;
  return { file: file.name, memoryName: `penstock-${index}.xsd`, document, namespace };
}

function elementsAt(part: Part, path: string): XmlElement[] {
  return part.document.find(path, prefixes).filter((node) => node instanceof XmlElement);
}

function findMain(parts: readonly Part[]): Part {
  const found = parts.filter(
    (part) =>
      part.namespace === DUIS &&
      ['Request', 'Response'].every((name) => elementsAt(part, `/xs:schema/xs:element[@name='${name}']`).length > 0),
  );
  const [main, ...others] = found;
  if (main === undefined) throw schemaFault(`no file defines Request and Response in the namespace ${DUIS}`);
  if (others.length > 0) {
    const names = found.map((part) => part.file).join(', ');
    throw schemaFault(`several files define Request and Response, leave the one to validate by: ${names}`);
  }
  return main;
}

/** The parts that `main` needs, itself first; each import is pointed at the name that the part has in memory. */
function resolveImports(main: Part, parts: readonly Part[]): Set<Part> {
  const needed = new Set([main]);
  for (const part of needed) {
    for (const element of elementsAt(part, '/xs:schema/*[self::xs:import or self::xs:include or self::xs:redefine]')) {
      const imported = findImported(element, part, parts);
      element.setAttr('schemaLocation', imported.memoryName);
      needed.add(imported);
    }
  }
  return needed;
}

/** The part of the name that is given, or else, for a namespace that only one part has, that one. */
function findImported(element: XmlElement, importer: Part, parts: readonly Part[]): Part {
  // 'http://somewhere/the%20file.xsd' -> 'the%20file.xsd'
  const name = element.attr('schemaLocation')?.value.trim().split(/[/\\]/).at(-1) ?? '';
  const isImport = element.name === 'import';
  const namespace = isImport ? element.attr('namespace')?.value : importer.namespace;
  const candidates = parts.filter((part) => part.namespace === namespace && part !== importer);
  const [first, ...others] = candidates;
  const named = candidates.find((part) => part.file === name || encodeURI(part.file) === name);
  const found = named ?? (isImport && others.length === 0 ? first : undefined);
  if (found !== undefined) return found;
  throw schemaFault(
    `${importer.file} needs ${name === '' ? 'a file' : name} of the namespace ${namespace ?? '(none)'}`,
  );
}

function compile(main: Part, needed: ReadonlySet<Part>): XsdValidator {
  const texts = new Map([...needed].map((part) => [part.memoryName, withoutDocumentType(part)]));
  const provider = new XmlBufferInputProvider(Object.fromEntries(texts));
  const unread = new Set([...needed].filter((part) => part !== main));
  xmlRegisterInputProvider({
    match: (name) => provider.match(name),
    open: (name) => {
      for (const part of unread) if (part.memoryName === name) unread.delete(part);
      return provider.open(name);
    },
    read: (handle, buffer) => provider.read(handle, buffer),
    close: (handle) => provider.close(handle),
  });
  let document: XmlDocument | undefined;
  let schema: XsdValidator | undefined;
  try {
    document = XmlDocument.fromBuffer(withoutDocumentType(main), { url: main.memoryName, option: PARSING });
    schema = XsdValidator.fromDoc(document);
    const [left] = unread;
    if (left !== undefined) throw schemaFault(`${left.file} is imported but libxml2 leaves it out`);
    return schema;
  } catch (error) {
    schema?.dispose();
    if (!(error instanceof XmlLibError)) throw error;
    throw schemaFault(`the schema does not compile: ${firstFault(error, needed)}`, error);
  } finally {
    document?.dispose();
    // from here on libxml2 opens nothing, in files neither nor in memory
    xmlCleanupInputProvider();
  }
}

const withoutDocumentType = (part: Part): Uint8Array =>
  Buffer.from(part.document.root.toString({ format: false, noDeclaration: true }));

/** The first error that libxml2 tells, with the Operator's names of the files. */
function firstFault(error: XmlLibError, parts: ReadonlySet<Part>): string {
  const first = error.details.find((detail) => detail.level >= ERROR_LEVEL);
  let text = `${first?.file ?? 'a file'}: ${(first?.message ?? error.message).trim()}`;
  for (const part of parts) text = text.replaceAll(part.memoryName, part.file);
  return text;
}
