import type { MonthSchedule } from '@penstock/api';
import { extractText, getDocumentProxy, getMeta } from 'unpdf';
import { expect, test } from 'vitest';
import { monthPdf } from './schedule-pdf.ts';

// Read back by pdf.js, which browsers have.

type Item = MonthSchedule['items'][number];
const item = (rest: Partial<Item> = {}): Item => ({
  change: '00000000-0000-4000-8000-000000000001',
  title: 'Disks',
  state: 'scheduled',
  activity: 'New disks',
  disrupted: 'Signed files',
  services: ['Signed files'],
  times: [
    {
      from: '2026-12-10T22:00:00.000Z',
      to: '2026-12-11T02:00:00.000Z',
      words: '10 Dec 2026, 22:00 to 11 Dec 2026, 02:00 (4 h)',
    },
  ],
  riskToReturn: 'low',
  ...rest,
});
const schedule = (items: Item[]): MonthSchedule => ({
  month: '2026-12',
  asOf: '2026-11-22T12:00:00.000Z',
  words: '4 h of Planned Maintenance, of 6 h that a month may have.',
  items,
});
async function readBack(items: Item[]) {
  const bytes = await monthPdf(schedule(items));
  const document = await getDocumentProxy(new Uint8Array(bytes));
  const { text } = await extractText(document, { mergePages: false });
  const pages = text.map((page) => page.replaceAll(/\s+/g, ' '));
  return { bytes, document, pages, all: pages.join(' ') };
}

test('has a title, a language, headings as tags, and all that the month has', async () => {
  const { document, all } = await readBack([item()]);
  const { info } = await getMeta(document);
  expect(info).toMatchObject({ Title: 'Planned Maintenance, December 2026', Language: 'en-GB' });
  expect(await document.getMarkInfo()).toMatchObject({ Marked: true });
  const tree = JSON.stringify(await (await document.getPage(1)).getStructTree());
  for (const tag of ['"role":"H1"', '"role":"H2"', '"role":"P"']) expect(tree).toContain(tag);
  for (const words of [
    '4 h of Planned Maintenance, of 6 h that a month may have.',
    'As of 22 Nov 2026, 12:00.',
    'Disks',
    'When: 10 Dec 2026, 22:00 to 11 Dec 2026, 02:00 (4 h)',
    'Activity: New disks',
    'Disrupted or at Material Risk: Signed files',
    'Risk to the return of normal service: low',
    'Page 1 of 1',
  ]) {
    expect(all).toContain(words);
  }
});

test('draws whatever a title says, and says what it has no letters for', async () => {
  const title = 'Žluťoučký Ωμέγα Привет (/URI https://x.example) \\) endobj 變更 \u{1f525}';
  const { document, all, bytes } = await readBack([item({ title, activity: 'x'.repeat(2_000) })]);
  expect(all).toContain('Žluťoučký Ωμέγα Привет (/URI https://x.example) \\) endobj □□ □');
  expect(all).toContain('Letters that this file has no typeface for stand as □');
  expect(all.match(/x/g)?.length).toBeGreaterThanOrEqual(2_000);
  expect(await (await document.getPage(1)).getAnnotations()).toEqual([]);
  expect(bytes.length).toBeLessThan(200_000);
});

test('an empty month is a page; a full one has pages, each with its head and number', async () => {
  expect((await readBack([])).all).toContain('No Planned Maintenance is scheduled for this month.');
  const many = await readBack(Array.from({ length: 60 }, (_, index) => item({ title: `Change ${index + 1}` })));
  expect(many.pages.length).toBeGreaterThan(5);
  for (const [index, page] of many.pages.entries()) {
    expect(page).toContain(`Page ${index + 1} of ${many.pages.length}`);
    expect(page).toContain('Planned Maintenance, December 2026');
  }
  for (let number = 1; number <= 60; number += 1) expect(many.all).toContain(`Change ${number} When`);
});
