import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Findings } from '../findings.ts';
import { adtOf, adtRows, adtText, hour, knownSrv, readRowsOfAdt, USER } from '../testing/adt.ts';
import { bytesOf, faultsOf } from '../testing/sources.ts';
import { readAdt } from './read.ts';
import { writeAdt } from './write.ts';

test('thresholds and their exceptions are read in one form', async () => {
  const file = await adtOf(
    'threshold,user,4.10 4.1.1 4.1.1,sent,PT24H,90,100,2026-12-24T01:00:00+01:00,,SR-1'.replace(
      'user',
      USER.toLowerCase(),
    ),
    'exception,USER,4.1.1 4.10,sent,P1D,,200,2026-12-24T02:00:00Z,2026-12-24T03:00:00Z,',
    'threshold,USER,alerts,received,PT15M,,0,,,',
  );
  const exception = { line: 3, warning: undefined, quarantine: 200, reference: '', from: hour(2), to: hour(3) };
  expect(file).toEqual({
    userId: USER,
    reference: '',
    thresholds: [
      {
        ...{ line: 2, userId: USER, services: '4.1.1 4.10', srvs: ['4.1.1', '4.10'], direction: 'sent', period: 'P1D' },
        ...{ periodSeconds: 86_400, warning: 90, quarantine: 100, from: hour(0), to: undefined, reference: 'SR-1' },
        exceptions: [exception],
      },
      {
        ...{ line: 4, userId: USER, services: 'alerts', srvs: [], direction: 'received', period: 'PT15M' },
        ...{ periodSeconds: 900, warning: undefined, quarantine: 0, from: undefined, to: undefined, reference: '' },
        exceptions: [],
      },
    ],
  });
});

test('none is the empty set, alone and with nothing else in it', async () => {
  expect(await adtOf('none,USER,,,,,,,,SR-2')).toEqual({ userId: USER, thresholds: [], reference: 'SR-2' });
  expect((await readRowsOfAdt('none,USER,all,,,,,,,')).faults).toEqual(['2:services unused']);
  const both = await readRowsOfAdt('none,USER,,,,,,,,', 'threshold,USER,all,sent,P1D,,1,,,');
  expect(both.faults).toEqual(['2 none']);
  expect((await readRowsOfAdt('none,USER,,,,,,,,', 'none,USER,,,,,,,,')).faults).toEqual(['2 none', '3 none']);
  expect((await readRowsOfAdt()).faults).toEqual(['1 empty']);
});

describe('cells', () => {
  test.each([
    ['threshold,X,all,sent,P1D,,1,,,', ['2:user_id eui']],
    ['threshold,USER,most,sent,P1D,,1,,,', ['2:services services']],
    ['threshold,USER,9.9,sent,P1D,,1,,,', ['2:services srv']],
    ['threshold,USER,all,out,P1D,,1,,,', ['2:direction direction']],
    ['threshold,USER,alerts,sent,P1D,,1,,,', ['2:direction direction']],
    ['threshold,USER,all,sent,P1M,,1,,,', ['2:period period-calendar']],
    ['threshold,USER,all,sent,PT0S,,1,,,', ['2:period period']],
    ['threshold,USER,all,sent,P36500D,,1,,,', ['2:period period']],
    ['threshold,USER,all,sent,P1D,,,,,', ['2:quarantine number']],
    ['threshold,USER,all,sent,P1D,x,1,,,', ['2:warning number']],
    ['threshold,USER,all,sent,P1D,2,1,,,', ['2:warning warning']],
    ['threshold,USER,all,sent,P1D,1,1,tomorrow,,', ['2:from instant']],
    [`threshold,USER,all,sent,P1D,,1,${hour(2)},${hour(2)},`, ['2:to span']],
    ['threshold,USER,all,sent,P1D,,1,,,two words', ['2:reference text']],
    [`exception,USER,all,sent,P1D,,1,,${hour(2)},`, ['2:from exception-span']],
    [
      'threshold,,,,,,,x,x,\u200b',
      [
        '2:user_id eui',
        '2:services services',
        '2:direction direction',
        '2:period period',
        '2:quarantine number',
        '2:from instant',
        '2:to instant',
        '2:reference text',
      ],
    ],
  ])('%s', async (row, faults) => {
    const { file, faults: found } = await readRowsOfAdt(row);
    expect(found).toEqual(faults);
    expect(file).toBeUndefined();
  });

  test('a number that a spreadsheet rewrote is told as such', async () => {
    const { findings } = await readRowsOfAdt('threshold,USER,all,sent,P1D,,1E+05,,,');
    expect(findings.faults[0]?.message).toContain('spreadsheet');
  });
});

describe('rows together', () => {
  const threshold = (from: string, to: string, quarantine = 1) =>
    `threshold,USER,all,sent,P1D,,${quarantine},${from},${to},`;
  const exception = (from: number, to: number, identity = 'all,sent,P1D') =>
    `exception,USER,${identity},,9,${hour(from)},${hour(to)},`;

  test('one User ID a file', async () => {
    const other = threshold('', '').replace('USER', '90-B3-D5-1F-30-01-00-01').replace('all', '4.1.1');
    const { faults, findings } = await readRowsOfAdt(threshold('', ''), other);
    expect(faults).toEqual(['3:user_id user-ids']);
    expect(findings.faults[0]?.message).toContain('of line 2');
  });

  test.each<[string, string[], string[]]>([
    ['the same twice', [threshold('', ''), threshold('', '')], ['3 overlap']],
    ['one after the other', [threshold('', hour(1)), threshold(hour(1), hour(2)), threshold(hour(2), '')], []],
    ['an hour too much', [threshold(hour(1), ''), threshold('', hour(2))], ['3 overlap']],
    [
      'one around two',
      [threshold(hour(1), hour(2)), threshold(hour(3), hour(4)), threshold('', '')],
      ['4 overlap', '4 overlap'],
    ],
    [
      'another length of the same period',
      [threshold('', ''), threshold('', '').replace('P1D', 'PT24H')],
      ['3 overlap'],
    ],
    ['another period', [threshold('', ''), threshold('', '').replace('P1D', 'PT23H')], []],
    ['an exception', [exception(1, 2), threshold('', '')], []],
    ['an exception of nothing', [threshold('', ''), exception(1, 2, 'all,received,P1D')], ['3 exception-threshold']],
    ['an exception that sticks out', [threshold(hour(1), hour(3)), exception(2, 4)], ['3 exception-threshold']],
    [
      'an exception over two thresholds',
      [threshold('', hour(2)), threshold(hour(2), ''), exception(1, 3)],
      ['4 exception-threshold'],
    ],
    ['two exceptions at once', [threshold('', ''), exception(1, 3), exception(2, 4)], ['4 overlap']],
    ['two exceptions in turn', [threshold('', ''), exception(3, 4), exception(1, 3)], []],
    // the threshold is there, and only cannot be read: the exception is no fault of its own
    [
      'an exception to a threshold with a fault',
      [threshold('', '').replace(',1,', ',x,'), exception(1, 2)],
      ['2:quarantine number'],
    ],
  ])('%s', async (_, rows, faults) => {
    expect((await readRowsOfAdt(...rows)).faults).toEqual(faults);
  });

  test('an overlap names both lines', async () => {
    const { findings } = await readRowsOfAdt(threshold('', hour(5)), exception(1, 2), threshold(hour(4), ''));
    expect(findings.faults[0]?.message).toContain('by line 2 and line 4');
  });
});

describe('the file of the Operator', () => {
  const readBy = async (operatorId: string | undefined, ...rows: string[]) => {
    const findings = new Findings();
    const file = await readAdt(bytesOf(adtText(...rows)), knownSrv, findings, { operatorId });
    return { file, findings, faults: faultsOf(findings) };
  };
  const row = (warning: string) => `threshold,USER,all,sent,P1D,${warning},100,,,`;
  const exception = (warning: string) => `exception,USER,all,sent,P1D,${warning},200,${hour(1)},${hour(2)},`;

  test('has no warnings, since nobody is there to be warned', async () => {
    for (const operatorId of [USER, USER.toLowerCase()]) {
      expect((await readBy(operatorId, row(''), exception(''))).file?.thresholds).toHaveLength(1);
      const { file, faults, findings } = await readBy(operatorId, row('90'), exception('x'));
      expect([file, faults]).toEqual([undefined, ['2:warning operator-warning', '3:warning operator-warning']]);
      expect(findings.faults[0]?.message).toContain('across all Users');
    }
  });

  test('may be empty, and is otherwise as those of Users are', async () => {
    expect((await readBy(USER, 'none,USER,,,,,,,,SR-1')).file).toMatchObject({ thresholds: [], reference: 'SR-1' });
    expect((await readBy(USER, row(''), row(''))).faults).toEqual(['3 overlap']);
  });

  test('is told by its User ID alone', async () => {
    for (const operatorId of [undefined, '90-B3-D5-1F-30-01-00-01']) {
      expect((await readBy(operatorId, row('90'))).file?.thresholds[0]?.warning).toBe(90);
    }
    await expect(readBy('90B3D51F30010000', row(''))).rejects.toThrow('not an EUI-64');
  });

  test('is not written with warnings', async () => {
    const file = await adtOf(row('90'));
    await expect(writeAdt(file, knownSrv, { operatorId: USER })).rejects.toMatchObject({ code: 'files.write' });
    expect((await writeAdt(file, knownSrv)).length).toBeGreaterThan(0);
  });
});

test('a file of 10,000 rows of one threshold is judged within a second', async () => {
  const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
  const rows = Array.from(
    { length: 10_000 },
    (_, index) => `threshold,USER,all,sent,P1D,,1,${at(index)},${at(index + 1)},`,
  );
  expect((await adtOf(...rows)).thresholds).toHaveLength(10_000);
});

test('what is written is read as the same, and again', async () => {
  const withoutLines = (text: string): unknown =>
    JSON.parse(text, (key, value) => (key === 'line' ? undefined : value));
  const property = fc.asyncProperty(adtRows, async (rows) => {
    const file = await adtOf(...rows);
    const again = await readAdt(await writeAdt(file, knownSrv), knownSrv, new Findings());
    expect(withoutLines(JSON.stringify(again))).toEqual(withoutLines(JSON.stringify(file)));
  });
  await fc.assert(property, { numRuns: 200 });
});

test('what would not be taken is not written, and what a spreadsheet would run is guarded', async () => {
  const file = await adtOf('threshold,USER,all,sent,P1D,,1,,,');
  const [threshold] = file.thresholds;
  if (threshold === undefined) throw new Error('no threshold');
  await expect(writeAdt({ ...file, thresholds: [threshold, threshold] }, knownSrv)).rejects.toMatchObject({
    code: 'files.write',
  });
  const bytes = await writeAdt({ ...file, thresholds: [{ ...threshold, reference: '=1+1' }] }, knownSrv);
  expect(Buffer.from(bytes).toString()).toContain(",'=1+1\r\n");
});

test('the text of the tests is what a User would write', () => {
  expect(adtText('none,USER,,,,,,,,')).toBe(
    `adt-file/1,user_id,services,direction,period,warning,quarantine,from,to,reference\nnone,${USER},,,,,,,,\n`,
  );
});
