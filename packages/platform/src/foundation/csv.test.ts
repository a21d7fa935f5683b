import { describe, expect, test } from 'vitest';
import { type ImportRow, readCsvRows } from './csv.ts';
import { Faults } from './faults.ts';

const columns = ['a', 'b'] as const;

async function* chunksOf(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(content: string | Buffer, size = 3) {
  const faults = new Faults();
  const rows: ImportRow<'a' | 'b'>[] = [];
  for await (const batch of readCsvRows(chunksOf(Buffer.from(content), size), columns, faults)) rows.push(...batch);
  return { rows: rows.map(({ line, fields }) => [line, fields.a, fields.b]), faults: faults.list() };
}

describe('readCsvRows', () => {
  test('rows keep the line they begin on, through quotes, empty lines, CRLF and any cutting', async () => {
    const text = '\ufeffa,b\r\n1,"x\ny"\r\n\r\n2,"č,""q"""\n3,z';
    for (const size of [1, 2, 7, 1000]) {
      const { rows, faults } = await read(text, size);
      expect(faults).toEqual([]);
      expect(rows).toEqual([
        [2, '1', 'x\ny'],
        [5, '2', 'č,"q"'],
        [6, '3', 'z'],
      ]);
    }
  });

  test('every line with a wrong number of fields is named, and the others still come', async () => {
    const { rows, faults } = await read('a,b\n1\n2,2\n3,3,3\n');
    expect(rows).toEqual([[3, '2', '2']]);
    expect(faults.map(({ line, code }) => [line, code])).toEqual([
      [2, 'import.columns'],
      [4, 'import.columns'],
    ]);
  });

  test.each<[string, string | Buffer, number, string]>([
    ['another header', 'b,a\n1,2\n', 1, 'import.header'],
    ['an empty file', '', 0, 'import.header'],
    ['an open quote', 'a,b\n1,2\n"3,4\n', 3, 'import.csv'],
    ['a quote inside a field', 'a,b\n1,x"y\n', 2, 'import.csv'],
    ['Latin-1', Buffer.from('a,b\n1,2\n3,caf\xe9\n', 'latin1'), 3, 'import.encoding'],
    ['a line without end', `a,b\n1,${'x'.repeat(200_000)}`, 2, 'import.csv'],
  ])('%s is one fault with its line', async (_, content, line, code) => {
    const { faults } = await read(content, 1_000);
    expect(faults.map((fault) => [fault.line, fault.code])).toEqual([[line, code]]);
  });
});
