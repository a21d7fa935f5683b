/**
 * For tests only: the official DUIS files that this project does not contain; a small schema of our own that is made
 * as they are; and temporary folders.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { officialPath } from '@penstock/duis/testing';
import { parse } from 'csv-parse/sync';
import { onTestFinished } from 'vitest';

export const officialSchemaFolder = officialPath('xsd');

/** A message or a schema among the official files, e.g. 'requests/x.XML'. */
export const officialBytes = (name: string): Buffer => readFileSync(officialPath(name));

export const officialRequests = (): Buffer[] =>
  readdirSync(officialPath('requests')).map((name) => officialBytes(`requests/${name}`));

/** The file names of verdicts.csv and what the schema says of each: 'valid', 'invalid (why)', 'refuse (why)'. */
export function officialVerdicts(): [file: string, verdict: string][] {
  const rows: string[][] = parse(officialBytes('verdicts.csv'), { from_line: 2, relax_column_count: true });
  return rows.map(([file = '', verdict = '']) => [file, verdict]);
}

/** A new folder with these files, removed after the test. */
export function folderWith(files: Readonly<Record<string, string | Buffer>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-schema-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

const SR = 'http://www.dccinterface.co.uk/ServiceUserGateway';
const DS = 'http://www.w3.org/2000/09/xmldsig#';

/** A main file like the official one, which imports the signature's schema from `location`. */
export const smallMainSchema = (location: string): string => `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"
  xmlns:sr="${SR}" xmlns:ds="${DS}" targetNamespace="${SR}" elementFormDefault="qualified">
  <xs:import namespace="${DS}" schemaLocation="${location}"/>
  <xs:element name="Request"><xs:complexType><xs:sequence>
    <xs:element name="CommandVariant" type="xs:int"/>
    <xs:element ref="ds:X509SerialNumber" minOccurs="0"/>
    <xs:any namespace="urn:canary" processContents="lax" minOccurs="0"/>
  </xs:sequence></xs:complexType></xs:element>
  <xs:element name="Response" type="xs:string"/>
</xs:schema>`;

export const smallSignatureSchema = `<!DOCTYPE schema PUBLIC "-//W3C//DTD XMLSchema 200102//EN" "XMLSchema.dtd" [
  <!ENTITY dsig '${DS}'>
]>
<schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="&dsig;" elementFormDefault="qualified">
  <element name="X509SerialNumber" type="integer"/>
</schema>`;

export const smallSchema = {
  'main file.xsd': smallMainSchema('the%20signature.xsd'),
  'the signature.xsd': smallSignatureSchema,
};

/** A Request of the small schema with this content. */
export const smallRequest = (content: string, attributes = ''): Buffer =>
  Buffer.from(`<sr:Request xmlns:sr="${SR}" xmlns:ds="${DS}"${attributes}>${content}</sr:Request>`);
