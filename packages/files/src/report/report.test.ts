import { describe, expect, test } from 'vitest';
import { readActions } from '../actions/read.ts';
import { Findings } from '../findings.ts';
import { deviceOf, messageIdOf, sha256Of } from '../testing/items.ts';
import { bytesOf, gather, joinPieces } from '../testing/sources.ts';
import { compareActions, HeldItems } from './held-items.ts';
import { readReport } from './read.ts';
import type { EventRow, HeldRow } from './report-row.ts';
import { type NewReportRow, writeReport } from './write.ts';

const minute = (number: number): string => new Date(Date.UTC(2026, 11, 24, 18, number)).toISOString();

const event = (reference: string, count: number): Omit<EventRow, 'line'> => ({
  row: 'event',
  event: reference,
  heldAt: minute(0),
  direction: 'sent',
  kind: 'ADUserThresholdBreach',
  cause: 'all requests sent: more than 100 in P1D',
  count,
});

const held = (reference: string, number: number, srv = '4.1.1', at = number): Omit<HeldRow, 'line'> => ({
  row: 'held',
  event: reference,
  srv,
  device: deviceOf(number),
  messageId: srv === '' ? '' : messageIdOf(number),
  sha256: sha256Of(number),
  heldAt: minute(at),
  direction: srv === '' ? 'received' : 'sent',
  kind: srv === '' ? 'device_alert' : 'service_request',
  cause: '',
});

const good: NewReportRow[] = [
  event('9', 3),
  held('9', 7, '', 50),
  held('9', 1, '4.2', 30),
  held('9', 2, '4.10', 10),
  event('10', 1),
  held('10', 3),
  event('11', 0),
];

async function read(text: string | Uint8Array) {
  const findings = new Findings();
  const rows = await gather(readReport(typeof text === 'string' ? bytesOf(text) : text, findings));
  const faults = findings.faults.map(
    ({ line, column, code }) => `${line}${column ? `:${column.name}` : ''} ${code.slice(6)}`,
  );
  return { rows, faults };
}

const textOf = async (rows: NewReportRow[]): Promise<string> =>
  Buffer.from(await joinPieces(writeReport(rows))).toString();

test('what is written is read as the same', async () => {
  const { rows, faults } = await read(await textOf(good));
  expect(faults).toEqual([]);
  expect(rows).toEqual(good.map((row, index) => ({ line: index + 2, ...row })));
});

test('lines that are gone, doubled or moved are found', async () => {
  const lines = (await textOf(good)).trimEnd().split('\r\n');
  const without = (line: number): string => lines.toSpliced(line - 1, 1).join('\n');
  expect((await read(without(5))).faults).toEqual(['2 report-count']);
  expect((await read(without(6))).faults).toEqual(['6 report-order']);
  const swapped = [...lines];
  [swapped[3], swapped[4]] = [swapped[4] ?? '', swapped[3] ?? ''];
  expect((await read(swapped.join('\n'))).faults).toEqual(['5 report-order']);
  const doubled = lines.toSpliced(4, 0, lines[3] ?? '');
  expect((await read(doubled.join('\n'))).faults).toContain('5 repeated');
});

test.each<[string, string, string]>([
  [
    'a SHA-256 that is missing',
    `held,1,4.1.1,${deviceOf(1)},${messageIdOf(1)},,${minute(1)},sent,service_request,,`,
    'sha256 sha256',
  ],
  ['a count of a held message', `held,1,,,,${sha256Of(1)},${minute(1)},received,dcc_alert,,1`, 'count unused'],
  ['a device that is none', `held,1,,x,,${sha256Of(1)},${minute(1)},received,dcc_alert,,`, 'device eui'],
  ['a direction of thresholds', `held,1,,,,${sha256Of(1)},${minute(1)},processed,dcc_alert,,`, 'direction direction'],
  ['a kind of event', `held,1,,,,${sha256Of(1)},${minute(1)},received,ADUserThresholdBreach,,`, 'kind message-kind'],
  ['an acknowledgement', `held,1,,,,${sha256Of(1)},${minute(1)},received,acknowledgement,,`, 'kind message-kind'],
  ['a variant that is none', `held,1,4,,,${sha256Of(1)},${minute(1)},received,dcc_alert,,`, 'srv services'],
  ['an event with a device', `event,1,,${deviceOf(1)},,,${minute(1)},sent,ADUserThresholdBreach,,0`, 'device unused'],
  ['an event without a count', `event,1,,,,,${minute(1)},sent,ADUserThresholdBreach,,`, 'count number'],
])('%s', async (_, row, fault) => {
  const [header] = (await textOf(good)).split('\r\n');
  expect((await read(`${header}\n${row}\n`)).faults).toEqual([`2:${fault}`]);
});

test.each<[string, NewReportRow[]]>([
  ['an event that does not hold as many as it says', [event('1', 2), held('1', 1)]],
  ['events out of order', [event('10', 0), event('9', 0)]],
  ['an item twice', [event('1', 2), held('1', 1), held('1', 1)]],
  ['a held message of no event', [held('1', 1)]],
  ['a device that is none', [event('1', 1), { ...held('1', 1), device: 'x' }]],
])('%s is not written', async (_, rows) => {
  await expect(textOf(rows)).rejects.toMatchObject({ code: 'files.write' });
});

test('a cause that a spreadsheet would run is guarded', async () => {
  expect(await textOf([{ ...event('1', 0), cause: '+44' }])).toContain(",'+44,0\r\n");
});

describe('what an action file decides', () => {
  const several = { ...held('9', 5), messageId: messageIdOf(1), sha256: sha256Of(5) };
  const items = new HeldItems();
  for (const [line, row] of [...good, several].entries()) if (row.row === 'held') items.add({ line, ...row });

  async function decide(...rows: string[]) {
    const findings = new Findings();
    const text = ['quarantine-actions/1,event,message_id,sha256,action,reason', ...rows, ''].join('\n');
    const decisions = await compareActions(items, readActions(bytesOf(text), findings), findings);
    return { decisions, faults: findings.faults.map(({ line, code }) => `${line} ${code.slice(6)}`) };
  }

  test('is counted; what is not named stays undecided', async () => {
    const { decisions, faults } = await decide(
      `action,9,${messageIdOf(2)},,process,`,
      `action,9,${messageIdOf(1)},${sha256Of(5)},delete,`,
      `action,9,,${sha256Of(7)},process,`,
    );
    expect([decisions, faults]).toEqual([{ process: 2, delete: 1, undecided: 2 }, []]);
  });

  test.each([
    ['of another event', `action,10,${messageIdOf(2)},,process,`, 'not-held'],
    ['that is not held', `action,9,${messageIdOf(8)},,process,`, 'not-held'],
    ['without a message_id, that has one', `action,9,,${sha256Of(2)},process,`, 'not-held'],
    ['of other bytes', `action,9,${messageIdOf(2)},${sha256Of(3)},process,`, 'other-bytes'],
    ['of which there are two', `action,9,${messageIdOf(1)},,process,`, 'ambiguous'],
  ])('is nothing for an item %s', async (_, row, code) => {
    expect(await decide(row)).toEqual({ decisions: { process: 0, delete: 0, undecided: 5 }, faults: [`2 ${code}`] });
  });
});
