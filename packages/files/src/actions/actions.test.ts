import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FileError } from '../errors.ts';
import { Findings } from '../findings.ts';
import { EVENT, messageIdOf, sha256Of } from '../testing/items.ts';
import { bytesOf, gather, inPieces, joinPieces } from '../testing/sources.ts';
import type { ItemName } from './item-key.ts';
import { readActions } from './read.ts';
import { SeenItems } from './seen-items.ts';
import { writeActions } from './write.ts';

const header = 'quarantine-actions/1,event,message_id,sha256,action,reason\n';
const [message, sha256] = [messageIdOf(1), sha256Of(1)];

const withReference = header.replace('\n', ',reference\n');
const read = (...rows: string[]) => readUnder(header, ...rows);

async function readUnder(first: string, ...rows: string[]) {
  const findings = new Findings();
  const actions = await gather(readActions(bytesOf(`${first}${rows.join('\n')}\n`), findings));
  const faults = findings.faults.map(
    ({ line, column, code }) => `${line}${column ? `:${column.name}` : ''} ${code.slice(6)}`,
  );
  return { actions, faults, findings };
}

test('decisions are read in one form', async () => {
  const { actions, faults } = await read(
    `action,007,${message.toLowerCase()},${sha256.toUpperCase()},process,"agreed, with the desk"`,
    `action,${EVENT},,${sha256},delete,`,
  );
  expect(faults).toEqual([]);
  expect(actions).toEqual([
    {
      line: 2,
      event: '7',
      messageId: message,
      sha256,
      action: 'process',
      reason: 'agreed, with the desk',
      reference: '',
    },
    { line: 3, event: EVENT, messageId: '', sha256, action: 'delete', reason: '', reference: '' },
  ]);
});

describe('service requests', () => {
  const row = (number: number, reference: string) => `action,1,${messageIdOf(number)},,delete,,${reference}`;

  test('are read where the header has the column, each once, with its first place', async () => {
    const { actions, faults, findings } = await readUnder(
      withReference,
      row(1, 'SR-2'),
      row(2, ''),
      row(3, 'SR-1'),
      row(4, 'SR-2'),
    );
    expect(faults).toEqual([]);
    expect(actions.map(({ reference }) => reference)).toEqual(['SR-2', '', 'SR-1', 'SR-2']);
    const column = { number: 7, name: 'reference' };
    expect([...findings.references]).toEqual([
      ['SR-2', { line: 2, column }],
      ['SR-1', { line: 4, column }],
    ]);
  });

  test('have no blank, and a row has as many cells as the header', async () => {
    expect((await readUnder(withReference, row(1, 'SR 2'), row(2, 'x'.repeat(65)))).faults).toEqual([
      '2:reference text',
      '3:reference text',
    ]);
    expect((await readUnder(withReference, `action,1,${message},,process,`)).faults).toEqual(['2 columns']);
    expect((await read(row(1, 'SR-1'))).faults).toEqual(['2 columns']);
    const other = await readUnder(withReference.replace('reference', 'request'), row(1, ''));
    expect(other.findings.faults[0]?.message).toContain('must be quarantine-actions/1,event,message_id,sha256,action');
    expect(other.findings.faults[0]?.message).toMatch(/reason,reference, with or without reference$/);
  });

  test('are a thousand at most', async () => {
    const rows = Array.from({ length: 1_002 }, (_, number) => row(number, `SR-${number}`));
    const { faults, findings } = await readUnder(withReference, ...rows, row(2_000, 'SR-1'));
    expect(faults).toEqual(['1002:reference references', '1003:reference references']);
    expect(findings.references.size).toBe(1_000);
  });
});

test.each([
  [`action,x,${message},,process,`, ['2:event event']],
  [`action,1.23E+19,${message},,process,`, ['2:event event']],
  [`action,1,${message}00000000000000000,,process,`, ['2:message_id message-id']],
  [`action,1,,,process,`, ['2:sha256 sha256']],
  [`action,1,${message},abc,process,`, ['2:sha256 sha256']],
  [`action,1,${message},,release,`, ['2:action action']],
  [`action,1,${message},,Process,`, ['2:action action']],
  [`action,1,${message},,process,a\tb`, ['2:reason text']],
  [`action,1,${message},,process,${'x'.repeat(501)}`, ['2:reason text']],
  [
    'action,,x,x,,\u0007',
    ['2:event event', '2:message_id message-id', '2:sha256 sha256', '2:action action', '2:reason text'],
  ],
])('%s', async (row, faults) => {
  const { actions, faults: found } = await read(row);
  expect([actions, found]).toEqual([[], faults]);
});

describe('the same item twice', () => {
  const other = sha256Of(2);
  test.each<[string, string[], string[]]>([
    ['with the same action', [`action,1,${message},,process,`, `action,1,${message},,process,`], ['3 repeated']],
    [
      'with another action',
      [`action,1,${message},,process,`, `action,01,${message.toLowerCase()},,delete,`],
      ['3 repeated'],
    ],
    [
      'once with its bytes',
      [`action,1,${message},${sha256},process,`, `action,1,${message},,process,`],
      ['3 repeated'],
    ],
    [
      'once with its bytes, later',
      [`action,1,${message},,process,`, `action,1,${message},${sha256},process,`],
      ['3 repeated'],
    ],
    ['by its bytes', [`action,1,,${sha256},process,`, `action,1,,${sha256.toUpperCase()},delete,`], ['3 repeated']],
    ['of two events', [`action,1,${message},,process,`, `action,2,${message},,process,`], []],
    ['but other bytes', [`action,1,${message},${sha256},process,`, `action,1,${message},${other},process,`], []],
    [
      'after other bytes',
      [
        `action,1,${message},${sha256},process,`,
        `action,1,${message},${other},delete,`,
        `action,1,${message},${other},process,`,
      ],
      ['4 repeated'],
    ],
  ])('%s', async (_, rows, faults) => {
    expect((await read(...rows)).faults).toEqual(faults);
  });

  test('names both lines', async () => {
    const { findings } = await read(
      `action,1,${message},,process,`,
      `action,2,${message},,process,`,
      `action,1,${message},,delete,`,
    );
    expect(findings.faults).toMatchObject([{ line: 4, message: 'line 2 and line 4 name the same item' }]);
  });

  test('is found as by comparing every two', () => {
    const item: fc.Arbitrary<ItemName> = fc
      .record({
        event: fc.constantFrom('1', '18446744073709551616', '99999999999999999999'),
        id: fc.nat(3),
        bytes: fc.nat(3),
      })
      .map(({ event, id, bytes }) => ({
        event,
        messageId: id === 0 ? '' : messageIdOf(id),
        sha256: bytes === 0 && id !== 0 ? '' : sha256Of(bytes),
      }));
    const isSame = (one: ItemName, two: ItemName): boolean =>
      one.event === two.event &&
      one.messageId === two.messageId &&
      (one.sha256 === two.sha256 || (one.messageId !== '' && (one.sha256 === '' || two.sha256 === '')));
    const property = fc.property(fc.array(item, { maxLength: 40 }), (items) => {
      const seen = new SeenItems();
      const kept: ItemName[] = [];
      for (const [index, one] of items.entries()) {
        const isRepeated = seen.enter(one, index + 2) !== undefined;
        expect(isRepeated).toBe(kept.some((other) => isSame(one, other)));
        if (!isRepeated) kept.push(one);
      }
    });
    fc.assert(property, { numRuns: 500 });
  });
});

test('300,000 items stand in less than 50 MB, and the last is found again', () => {
  const before = process.memoryUsage().arrayBuffers;
  const seen = new SeenItems();
  const count = 300_000;
  // a counter that differs in its last digits only, as a real one does
  for (let number = 0; number < count; number += 1) {
    const item = { event: EVENT, messageId: messageIdOf(number), sha256: '' };
    if (seen.enter(item, number + 2) !== undefined) throw new Error(`item ${number} is said to be there`);
  }
  expect(seen.enter({ event: EVENT, messageId: messageIdOf(count - 1), sha256: '' }, 1)).toBe(count + 1);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50_000_000);
});

test('what is written is read as the same', async () => {
  const reason = fc.string({ unit: fc.constantFrom('a', ',', '"', 'é', ' '), maxLength: 20 });
  const action = fc.record({
    action: fc.constantFrom('process' as const, 'delete' as const),
    reason,
    isNamed: fc.boolean(),
    reference: fc.constantFrom('', 'SR-1', 'SR-2,"x"'),
  });
  const property = fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 30 }), async (list) => {
    const rows = list.map(({ isNamed, ...rest }, index) => ({
      ...{ event: EVENT, messageId: isNamed ? messageIdOf(index) : '', sha256: sha256Of(index) },
      ...rest,
    }));
    const bytes = await joinPieces(writeActions(rows));
    const findings = new Findings();
    const again = await gather(readActions(inPieces(bytes, [11, 50]), findings));
    expect(findings.faults).toEqual([]);
    expect(again).toEqual(rows.map((row, index) => ({ line: index + 2, ...row })));
  });
  await fc.assert(property, { numRuns: 100 });
});

test('a reason that a spreadsheet would run is guarded, and what would not be taken is not written', async () => {
  const row = {
    event: '1',
    messageId: message,
    sha256: '',
    action: 'delete' as const,
    reason: '=HYPERLINK("http://x")',
    reference: '',
  };
  const text = Buffer.from(await joinPieces(writeActions([row]))).toString();
  expect(text).toContain(`,delete,"'=HYPERLINK(""http://x"")",\r\n`);
  const twice = joinPieces(writeActions([row, row]));
  await expect(twice).rejects.toThrow(FileError);
  await expect(joinPieces(writeActions([{ ...row, event: 'x' }]))).rejects.toMatchObject({ code: 'files.write' });
});
