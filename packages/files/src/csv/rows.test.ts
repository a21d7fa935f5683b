import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Findings } from '../findings.ts';
import { bytesOf, gather, inPieces } from '../testing/sources.ts';
import type { Source } from './lines.ts';
import { actionsProfile, LONGEST_LINE, type Profile } from './profile.ts';
import { readRows } from './rows.ts';
import { guardText, writeLine } from './write.ts';

const header = 'quarantine-actions/1,event,message_id,sha256,action,reason\n';
const row = 'action,1,,,process,\n';

async function read(source: Source, profile: Profile = actionsProfile) {
  const findings = new Findings();
  const rows = await gather(readRows(source, profile, findings));
  const faults = findings.faults.map(
    ({ line, column, code }) => `${line}${column ? `:${column.number}` : ''} ${code.slice(6)}`,
  );
  const { notices, isWhole, faultCount } = findings;
  return {
    rows: rows.map(({ line, cells }) => [line, ...cells.slice(1)]),
    faults,
    findings,
    notices,
    isWhole,
    faultCount,
  };
}

const readText = (text: string) => read(bytesOf(text));

test('rows have their lines and cells', async () => {
  const { rows, faults } = await readText(`${header}${row}action,2,"a,b","c ""d""","",e\n`);
  expect(rows).toEqual([
    [2, '1', '', '', 'process', ''],
    [3, '2', 'a,b', 'c "d"', '', 'e'],
  ]);
  expect(faults).toEqual([]);
});

test('a byte order mark, either line end, blank lines and a missing last line end are taken and told', async () => {
  const plain = await readText(header + row + row);
  const mixed = await readText(`\ufeff${header}\r\n${row.replace('\n', '\r\n')}\n${row.slice(0, -1)}`);
  expect(mixed.rows.map(([, ...cells]) => cells)).toEqual(plain.rows.map(([, ...cells]) => cells));
  expect(mixed.faults).toEqual([]);
  expect(mixed.notices.map(({ kind }) => kind)).toEqual(['byte-order-mark', 'line-ends', 'blank-lines']);
  expect(plain.notices).toEqual([{ kind: 'line-ends', message: 'lines end with LF' }]);
  const returns = await readText((header + row).replaceAll('\n', '\r\n'));
  expect(returns.notices).toEqual([{ kind: 'line-ends', message: 'lines end with CR LF' }]);
});

describe('the header has to be exact', () => {
  test.each([
    ['', 'header', 'the file is empty'],
    ['\n', 'header', 'column 1'],
    ['action,1\n', 'header', "column 1 is 'action' and not quarantine-actions/1"],
    [header.replaceAll(',', ';'), 'header', 'semicolons'],
    [header.replace('\n', ',x\n'), 'header', "column 7 is 'x' and not reference"],
    [header.replace('\n', ',reference,x\n'), 'header', 'there are 8 columns'],
    [header.replace('sha256', 'SHA256'), 'header', "column 4 is 'SHA256' and not sha256"],
    [header.replace('/1', '/2'), 'version', 'known is quarantine-actions/1'],
    ['adt-file/1,user_id\n', 'kind', 'this is an ADT File (adt-file/1)'],
    [`"${header.slice(0, -1)}`, 'header', 'column 1'],
  ])('%j is refused as %s', async (text, code, message) => {
    const { rows, findings, isWhole } = await readText(text + row);
    if (text !== '') expect(rows).toEqual([]);
    const empty = text === '' ? await readText('') : undefined;
    const [fault] = (empty?.findings ?? findings).faults;
    expect(fault).toMatchObject({ line: 1, code: `files.${code}`, message: expect.stringContaining(message) });
    expect(isWhole).toBe(false);
  });
});

test('a file without rows has a fault of its own', async () => {
  expect((await readText(header)).faults).toEqual(['1 empty']);
});

test('every fault is found in one go, and the good rows come', async () => {
  const bad = ['action,1', 'other,1,,,process,', 'action,"1,,,process,', 'action,1"2,,,process,', 'action,"1"2,,,,'];
  const text = `${header}${row}${bad.join('\n')}\n${row}`;
  const { rows, faults, isWhole } = await readText(text);
  expect(rows.map(([line]) => line)).toEqual([2, 8]);
  expect(faults).toEqual(['3 columns', '4:1 row-kind', '5:2 quote', '6:2 quote', '7:2 quote']);
  expect(isWhole).toBe(true);
});

test('what is not UTF-8 costs its line and no other', async () => {
  const bytes = Buffer.concat([
    bytesOf(header + row),
    Buffer.of(0x61, 0xc3, 0x28, 0x0a),
    bytesOf(row),
    Buffer.of(0xff),
  ]);
  for (const lengths of [[1], [7, 3], [1_000]]) {
    const { rows, faults } = await read(inPieces(bytes, lengths));
    expect(rows.map(([line]) => line)).toEqual([2, 4]);
    expect(faults).toEqual(['3 encoding', '5 encoding']);
  }
  const utf16 = Buffer.from(`\ufeff${header}${row}`, 'utf16le');
  expect((await read(utf16)).faults[0]).toBe('1 encoding');
});

test('a line that is too long costs no memory, and the next is read', async () => {
  const long = `action,1,,,process,${'x'.repeat(LONGEST_LINE)}\n`;
  expect(await readText(header + long + row)).toMatchObject({
    faults: ['2 line-length'],
    rows: [[3, '1', '', '', 'process', '']],
  });
  function* endless(): Generator<Uint8Array> {
    yield bytesOf(header);
    for (let count = 0; count < 400; count += 1) yield new Uint8Array(1_000_000).fill(0x78);
    yield bytesOf(`\n${row}`);
  }
  const before = process.memoryUsage().arrayBuffers;
  expect(await read(endless())).toMatchObject({ faults: ['2 line-length'], rows: [[3, '1', '', '', 'process', '']] });
  // what is collected late counts too
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(200_000_000);
});

test('a file larger than its profile allows is not read to its end', async () => {
  const small = { ...actionsProfile, mostBytes: 150, mostRows: 3 };
  const rows = await read(bytesOf(header + row.repeat(4)), { ...small, mostBytes: 10_000 });
  expect(rows).toMatchObject({ faults: ['5 rows'], isWhole: false });
  expect(rows.rows).toHaveLength(3);
  const bytes = await read(inPieces(bytesOf(header + row.repeat(100)), [100]), { ...small, mostRows: 1_000 });
  expect(bytes).toMatchObject({ isWhole: false });
  expect(bytes.faults).toHaveLength(1);
  expect(bytes.faults[0]).toContain(' bytes');
});

test('the first 1,000 faults are listed and all are counted', async () => {
  const { faults, faultCount } = await readText(header + 'x\n'.repeat(2_500));
  expect([faults.length, faultCount]).toEqual([1_000, 2_500]);
});

test('a fault says what to do, and nothing in it moves a cursor', async () => {
  const { findings } = await readText(`${header}\u001b[2J\u009b1m,1,,,process,\n`);
  const [fault] = findings.faults;
  expect(fault?.message).toContain('\\u{1b}[2J\\u{9b}1m');
  expect(fault?.action).toMatch(/^Begin the row/);
});

test('whatever cells are written are read again, however the bytes are cut', async () => {
  const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', ' ', ';', 'é', '€', '𝄞', "'", '='), maxLength: 12 });
  const lines = fc.array(fc.array(cell, { minLength: 5, maxLength: 5 }), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(
      lines,
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 }),
      async (rows, lengths) => {
        const text = header + rows.map((cells) => writeLine(['action', ...cells])).join('');
        const result = await read(inPieces(bytesOf(text), lengths));
        expect(result.faults).toEqual([]);
        expect(result.rows).toEqual(rows.map((cells, index) => [index + 2, ...cells]));
      },
    ),
    { numRuns: 200 },
  );
});

test('no bytes make the reader throw, nor read otherwise when they are cut otherwise', async () => {
  const parts = fc.constantFrom(
    ...[header, row, '"', ',', '\n', '\r', '\r\n', '\ufeff', 'action', '\0', 'é'].map(bytesOf),
    Uint8Array.of(0xff),
  );
  const property = fc.asyncProperty(fc.array(parts, { maxLength: 20 }), async (list) => {
    const bytes = Buffer.concat([bytesOf(header), ...list]);
    const whole = await read(bytes);
    const cut = await read(inPieces(bytes, [1, 5, 2]));
    expect([cut.rows, cut.faults, cut.notices]).toEqual([whole.rows, whole.faults, whole.notices]);
  });
  await fc.assert(property, { numRuns: 500 });
});

test.each(['=1+1', '+1', '-1', '@sum'])('text that a spreadsheet would run is written as text: %s', (text) => {
  expect(guardText(text)).toMatch(/^'/);
  expect(guardText(`a${text}`)).toBe(`a${text}`);
});
