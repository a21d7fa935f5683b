/**
 * For tests only: the public DUIS files that this project does not contain (schema, real requests and responses,
 * tables of facts). They are looked for in PENSTOCK_DUIS_DATA, else in ../shared/duis beside the repository. Where they
 * are missing, the tests that need them are skipped with the reason. The tests of other packages find them here too,
 * as '@penstock/duis/testing'.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  XmlBufferInputProvider,
  XmlDocument,
  type XmlElement,
  XsdValidator,
  xmlRegisterInputProvider,
} from 'libxml2-wasm';
import { expect, type TestContext } from 'vitest';

const repository = resolve(dirname(fileURLToPath(import.meta.url)), '../../../..');
const folder = process.env.PENSTOCK_DUIS_DATA ?? resolve(repository, '../shared/duis');

/** Whether the public DUIS files are there. */
export const hasOfficialFiles = existsSync(join(folder, 'xsd/duis-5.4.xsd'));

/** Skips a test where they are not: called in it, given to `beforeEach`, or a test by itself. */
export function needsOfficialFiles(context: TestContext): void {
  context.skip(!hasOfficialFiles, `the official DUIS files are not in ${folder} (set PENSTOCK_DUIS_DATA)`);
}

/** Where a file or folder of the official ones is, e.g. 'xsd'. */
export const officialPath = (name: string): string => join(folder, name);

/** A file among the official ones, e.g. 'codes.csv'. */
export const officialFile = (name: string): string => readFileSync(officialPath(name), 'utf8');

/** The rows of a CSV file among the official ones as records by column name; quoted cells may hold line breaks. */
export function officialTable(name: string): Record<string, string>[] {
  const cells: string[][] = [[]];
  for (const [, quoted, plain, end] of officialFile(name).matchAll(/(?:"((?:[^"]|"")*)"|([^,"\n\r]*))(,|\r?\n|$)/g)) {
    const row = cells[cells.length - 1];
    row?.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end !== ',') cells.push([]);
  }
  const [head = [], ...rows] = cells.filter((row) => row.some((cell) => cell !== ''));
  return rows.map((row) => Object.fromEntries(head.map((name, index) => [name, row[index] ?? ''])));
}

export interface NamedText {
  readonly name: string;
  readonly text: string;
}

function filesIn(path: string): NamedText[] {
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((name) => /\.xml$/i.test(name))
    .sort()
    .map((name) => ({ name, text: readFileSync(join(path, name), 'utf8') }));
}

/** Real request templates of schema 5.4 (from the official files) and of 5.2 (from the npm package). */
export function requestTemplates(): NamedText[] {
  const entry = createRequire(import.meta.url).resolve('@smartdcc/duis-templates');
  return [...filesIn(join(folder, 'requests')), ...packagedTemplates(dirname(dirname(entry)))];
}

const packagedTemplates = (root: string): NamedText[] => filesIn(join(root, 'templates'));

/**
 * A template as a User would send it, unsigned: without the placeholder signature, which is of no key and not even of
 * the right length, and without the remarks that some have in their bodies, which the reader refuses.
 */
export const withoutSignature = (text: string): string =>
  text.replace(/<!--[\s\S]*?-->/g, '').replace(/<(\w+:)?Signature[ >][\s\S]*<\/(\w+:)?Signature>/, '');

/** Genuine responses, good and bad. */
export const genuineResponses = (): NamedText[] => filesIn(join(folder, 'responses'));

export interface NamedBytes {
  /** 'folder/file', the folder 'package' for the templates of the npm package. */
  readonly name: string;
  readonly bytes: Buffer;
}

/** Every message file there is, byte for byte: requests, responses, signed and wrong ones, and the npm package's. */
export function realFiles(): NamedBytes[] {
  const entry = createRequire(import.meta.url).resolve('@smartdcc/duis-templates');
  const folders = ['requests', 'requests-other', 'responses', 'signed-by-us'].map((name) => [name, join(folder, name)]);
  return [...folders, ['package', join(dirname(dirname(entry)), 'templates')]].flatMap(([name = '', path = '']) =>
    !existsSync(path)
      ? []
      : readdirSync(path)
          .filter((file) => /\.xml$/i.test(file))
          .sort()
          .map((file) => ({ name: `${name}/${file}`, bytes: readFileSync(join(path, file)) })),
  );
}

/** Runs `use` on the parsed document and frees it. */
export function withDocument<Result>(text: string, use: (document: XmlDocument) => Result): Result {
  const document = XmlDocument.fromBuffer(Buffer.from(text));
  try {
    return use(document);
  } finally {
    document.dispose();
  }
}

const XS = { xs: 'http://www.w3.org/2001/XMLSchema' };

/** The elements that an XPath finds in one of the schema files; `xs` is the prefix of XML Schema. */
export function findInSchema<Result>(file: string, path: string, read: (element: XmlElement) => Result): Result[] {
  return withDocument(officialFile(`xsd/${file}`), (document) =>
    document.find(path, XS).map((node) => read(node as XmlElement)),
  );
}

let validator: XsdValidator | undefined;

/**
 * Checks a message against the official schema of DUIS 5.4, which must be there. Returns undefined when it is valid,
 * else what libxml2 says. The schema files are given to libxml2 from memory, under the relative names by which they import each other.
 */
export function schemaComplaint(message: string | Uint8Array): string | undefined {
  if (validator === undefined) {
    const names = ['duis-5.4.xsd', 'mmc-5.4.xsd', 'xmldsig-core-schema.xsd'];
    const files = names.map((name) => [name, Buffer.from(officialFile(`xsd/${name}`))] as const);
    xmlRegisterInputProvider(new XmlBufferInputProvider(Object.fromEntries(files)));
    const schema = XmlDocument.fromBuffer(Buffer.from(officialFile('xsd/duis-5.4.xsd')), { url: 'duis-5.4.xsd' });
    validator = XsdValidator.fromDoc(schema);
    schema.dispose();
  }
  const document = XmlDocument.fromBuffer(typeof message === 'string' ? Buffer.from(message) : message);
  try {
    validator.validate(document);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    document.dispose();
  }
}

/**
 * Expects a message to be valid by the official schema; expects nothing where that is not there, so a file of tests
 * that uses it has `needsOfficialFiles` as a test of its own, which is skipped then.
 */
export function expectSchemaValid(message: string | Uint8Array, name?: string): void {
  if (hasOfficialFiles) expect(schemaComplaint(message), name ?? message.toString()).toBeUndefined();
}
