// What the bytes of a file are, whatever it is called. Pure.
//
// What it does not: look for harm in them. A file is never opened here and never shown by a page: it is given back as it came, to
// be saved.
import { isUtf8 } from 'node:buffer';
import { type AttachmentType, attachmentTypes } from '@penstock/api';
import { readZipNames } from './zip-names.ts';

const PNG = Buffer.from('89504e470d0a1a0a', 'hex');

/** Whole: chunks one after the other, from its header to its end, and nothing behind. */
function isPng(bytes: Buffer): boolean {
  if (!bytes.subarray(0, 8).equals(PNG)) return false;
  for (let at = 8, isFirst = true; at + 12 <= bytes.length; isFirst = false) {
    const kind = bytes.toString('latin1', at + 4, at + 8);
    if (isFirst && kind !== 'IHDR') return false;
    at += 12 + bytes.readUInt32BE(at);
    if (kind === 'IEND') return at === bytes.length;
  }
  return false;
}

/** From its begin to its end; cameras put data of their own behind. */
function isJpeg(bytes: Buffer): boolean {
  return (
    bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff])) && bytes.lastIndexOf('\xff\xd9', -1, 'latin1') > 3
  );
}

const PDF_TAIL = 1_024;
function isPdf(bytes: Buffer): boolean {
  return /^%PDF-[12]\.\d/.test(bytes.toString('latin1', 0, 8)) && bytes.subarray(-PDF_TAIL).includes('%%EOF');
}

/** UTF-8 without control characters but those of lines, tables and pages. */
function isText(bytes: Buffer): boolean {
  return isUtf8(bytes) && !bytes.some((byte) => byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 12 && byte !== 13);
}

const office = {
  'word/document.xml': 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'xl/workbook.xml': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const;

/** A package of Office without macros, and with nothing embedded that is run. */
function officeTypeOf(bytes: Buffer): AttachmentType | string {
  const names = readZipNames(bytes);
  if (names === undefined) return 'it is a broken or encrypted zip file';
  const main = Object.entries(office).filter(([part]) => names.includes(part));
  if (!names.includes('[Content_Types].xml') || main.length !== 1 || main[0] === undefined) {
    return 'it is a zip file, and no document or workbook';
  }
  const active = names.find((name) =>
    /(?:^|\/)(?:vbaProject\.bin|activeX\/|macrosheets\/|embeddings\/[^/]*\.bin$)/i.test(name),
  );
  return active === undefined ? main[0][1] : `it has an active part, ${active.slice(0, 60)}`;
}

const named: Readonly<Record<string, string>> = {
  'application/pdf': 'a PDF',
  'image/png': 'a PNG image',
  'image/jpeg': 'a JPEG image',
  'text/plain': 'text',
  'text/csv': 'text',
  [office['word/document.xml']]: 'a Word document',
  [office['xl/workbook.xml']]: 'an Excel workbook',
};
const isType = (words: string): words is AttachmentType => words in attachmentTypes;

/** A type, or in words why it is none. */
function sniff(bytes: Buffer): AttachmentType | string {
  if (bytes.length === 0) return 'it is empty';
  if (isPdf(bytes)) return 'application/pdf';
  if (isPng(bytes)) return 'image/png';
  if (isJpeg(bytes)) return 'image/jpeg';
  if (bytes.toString('latin1', 0, 4) === 'PK\x03\x04') return officeTypeOf(bytes);
  if (isText(bytes)) return 'text/plain';
  return 'its bytes are none of PDF, PNG, JPEG, text in UTF-8, docx, xlsx, or it is not whole';
}

/**
 * The type of a file by its bytes, when its name says the same; otherwise `fault` says in words what is wrong. Of text the name
 * says which it is.
 */
export function attachmentTypeOf(
  name: string,
  bytes: Buffer,
): { readonly type: AttachmentType } | { readonly fault: string } {
  const found = sniff(bytes);
  if (!isType(found)) return { fault: found };
  const ending = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  const entry = Object.entries(attachmentTypes).find(([, endings]) => (endings as readonly string[]).includes(ending));
  const said = entry?.[0];
  if (said === found || (said === 'text/csv' && found === 'text/plain')) return { type: said };
  const endings = Object.values(attachmentTypes).flat().join(', .');
  return { fault: `it is ${named[found]}, and its name does not say so: names end in .${endings}` };
}
