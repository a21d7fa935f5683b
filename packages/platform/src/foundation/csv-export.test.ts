import { expect, test } from 'vitest';
import { type CsvColumns, exportPages, fieldColumns } from './csv-export.ts';

interface Row {
  readonly name: string;
  readonly size?: number;
}
const columns: CsvColumns<Row> = { ...fieldColumns<Row>('name', 'size'), twice: ({ size = 0 }) => size * 2 };

async function textOf(lines: AsyncGenerator<string>): Promise<string> {
  let text = '';
  for await (const line of lines) text += line;
  return text;
}

test('all pages follow the header, each read when the one before was taken', async () => {
  const asked: (string | undefined)[] = [];
  const lines = await exportPages(columns, async (cursor) => {
    asked.push(cursor);
    if (cursor === undefined) return { items: [{ name: '=a', size: 1 }], cursor: 'next' };
    return { items: [{ name: 'b' }] };
  });
  expect(asked).toEqual([undefined]);
  await lines.next();
  await lines.next();
  expect(asked).toEqual([undefined]);
  expect(await textOf(lines)).toBe('b,,0\r\n');
  expect(asked).toEqual([undefined, 'next']);
});

test('an empty list is its header; what refuses the first page refuses the file', async () => {
  expect(await textOf(await exportPages(columns, async () => ({ items: [] })))).toBe('name,size,twice\r\n');
  await expect(exportPages(columns, () => Promise.reject(new Error('too wide')))).rejects.toThrow('too wide');
});
