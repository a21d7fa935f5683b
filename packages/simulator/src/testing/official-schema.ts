/**
 * For tests only: the official schema of DUIS 5.4, which this project does not contain. It is looked for in
 * PENSTOCK_DUIS_DATA, else in ../shared/duis beside the repository; where it is missing, one line says so.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { XmlBufferInputProvider, XmlDocument, XsdValidator, xmlRegisterInputProvider } from 'libxml2-wasm';

const folder = process.env.PENSTOCK_DUIS_DATA ?? resolve(import.meta.dirname, '../../../../../shared/duis');
const FILES = ['duis-5.4.xsd', 'mmc-5.4.xsd', 'xmldsig-core-schema.xsd'] as const;

export const hasOfficialSchema = existsSync(join(folder, 'xsd', FILES[0]));
if (!hasOfficialSchema) {
  console.error(`SKIPPED: schema validity of simulated messages; the schema is not in ${folder} (PENSTOCK_DUIS_DATA)`);
}

let validator: XsdValidator | undefined;

function schema(): XsdValidator {
  if (validator !== undefined) return validator;
  const files = FILES.map((name) => [name, readFileSync(join(folder, 'xsd', name))] as const);
  xmlRegisterInputProvider(new XmlBufferInputProvider(Object.fromEntries(files)));
  const document = XmlDocument.fromBuffer(readFileSync(join(folder, 'xsd', FILES[0])), { url: FILES[0] });
  try {
    validator = XsdValidator.fromDoc(document);
    return validator;
  } finally {
    document.dispose();
  }
}

/** What the schema has against a message; undefined: it is valid. */
export function schemaComplaint(message: Uint8Array): string | undefined {
  const document = XmlDocument.fromBuffer(message);
  try {
    schema().validate(document);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    document.dispose();
  }
}
