import { crc32, deflateSync } from 'node:zlib';
import { attachmentNameSchema } from '@penstock/api';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { attachmentTypeOf } from './attachment-type.ts';
import { zipOf } from './testing-files.ts';

const chunk = (kind: string, data: Buffer) => {
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  const named = Buffer.concat([Buffer.from(kind, 'latin1'), data]);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
};
const png = Buffer.concat([
  Buffer.from('89504e470d0a1a0a', 'hex'),
  chunk('IHDR', Buffer.from('00000001000000010800000000', 'hex')),
  chunk('IDAT', deflateSync(Buffer.from([0, 0]))),
  chunk('IEND', Buffer.alloc(0)),
]);
const jpeg = Buffer.from('ffd8ffe000104a46494600010100000100010000ffd9', 'hex');
const pdf = Buffer.from('%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n');
const docx = (...more: string[]) => zipOf('[Content_Types].xml', 'word/document.xml', ...more);
const xlsx = zipOf('[Content_Types].xml', 'xl/workbook.xml');
const word = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

describe('the kind of a file', () => {
  test.each([
    ['plan.pdf', pdf, 'application/pdf'],
    ['PLAN.PDF', pdf, 'application/pdf'],
    ['rack.png', png, 'image/png'],
    ['rack.jpg', jpeg, 'image/jpeg'],
    ['rack.jpeg', Buffer.concat([jpeg, Buffer.from('of the camera')]), 'image/jpeg'],
    ['notes.txt', Buffer.from('Zürich — über\r\n\tLondon'), 'text/plain'],
    ['list.csv', Buffer.from('\ufeffa,b\n1,2\n'), 'text/csv'],
    ['plan.docx', docx(), word],
    ['chart.docx', docx('word/embeddings/Microsoft_Excel_Sheet.xlsx'), word],
    ['list.xlsx', xlsx, 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  ])('%s is what its bytes are', (name, bytes, type) => {
    expect(attachmentTypeOf(name, bytes)).toEqual({ type });
  });

  test.each([
    ['a program under the name of a document', 'plan.pdf', Buffer.from('MZ\x90\x00\x03\x00'), /none of PDF/],
    ['a page under the name of a picture', 'rack.png', Buffer.from('<html><script>alert(1)</script>'), /^it is text, /],
    ['a document under the name of a program', 'plan.pdf.exe', pdf, /^it is a PDF, /],
    ['one without a name for it', 'plan', pdf, /names end in/],
    ['a workbook that is called a document', 'list.docx', xlsx, /an Excel workbook/],
    ['an archive', 'plan.docx', zipOf('plan.exe'), /no document or workbook/],
    ['both at once', 'plan.docx', zipOf('[Content_Types].xml', 'word/document.xml', 'xl/workbook.xml'), /no document/],
    ['macros', 'plan.docx', docx('word/vbaProject.bin'), /active part, word\/vbaProject.bin/],
    ['an object of a program', 'plan.docx', docx('word/embeddings/oleObject1.bin'), /active part/],
    ['what is cut off', 'plan.docx', docx().subarray(0, -1), /broken/],
    ['a zip with something behind it', 'plan.docx', Buffer.concat([docx(), Buffer.from('MZ')]), /broken/],
    ['a picture with something behind it', 'rack.png', Buffer.concat([png, Buffer.from('PK')]), /none of PDF/],
    ['a picture that is cut off', 'rack.png', png.subarray(0, -4), /none of PDF/],
    ['a document that is cut off', 'plan.pdf', pdf.subarray(0, 20), /^it is text/],
    ['text in another encoding', 'notes.txt', Buffer.from('Zürich', 'latin1'), /none of PDF/],
    ['text with what no text has', 'notes.txt', Buffer.from('a\x00b'), /none of PDF/],
    ['nothing', 'notes.txt', Buffer.alloc(0), /empty/],
  ])('%s is refused', (_, name, bytes, fault) => {
    expect(attachmentTypeOf(name, bytes)).toMatchObject({ fault: expect.stringMatching(fault) });
  });

  test('no bytes, whole or broken, make it fail', () => {
    const seeds = [png, jpeg, pdf, docx(), xlsx];
    const broken = fc
      .tuple(fc.constantFrom(...seeds), fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 8 }), fc.nat(400))
      .map(([seed, edits, length]) => {
        const bytes = Buffer.from(seed.subarray(0, Math.max(1, length)));
        for (const [at, value] of edits) if (at < bytes.length) bytes[at] = value;
        return bytes;
      });
    fc.assert(
      fc.property(fc.oneof(broken, fc.uint8Array({ maxLength: 200 }).map(Buffer.from)), (bytes) => {
        const found = attachmentTypeOf('plan.docx', bytes);
        expect('type' in found ? found.type : word).toBe(word);
      }),
      { numRuns: 2_000, endOnFailure: true },
    );
  });
});

test('a name is one that every system takes, and shows all that it is', () => {
  for (const name of ['plan.pdf', 'Fire wall – 2026.pdf', 'Zürich.csv', '計画.png']) {
    expect(attachmentNameSchema.safeParse(name).success).toBe(true);
  }
  for (const name of [
    '../../etc/passwd.txt',
    'a\\b.txt',
    'C:x.txt',
    'gpj\u202e.exe.pdf',
    'a\u200b.txt',
    'a\r\nset-cookie: x.txt',
    'a"b.txt',
    '.htaccess',
    'CON.txt',
    'lpt1.pdf',
    '\ud800.txt',
    '   ',
    `${'a'.repeat(120)}.txt`,
  ]) {
    expect({ name, isTaken: attachmentNameSchema.safeParse(name).success }).toEqual({ name, isTaken: false });
  }
});
