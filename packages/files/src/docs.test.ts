import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readActions } from './actions/read.ts';
import { readAdt } from './adt/read.ts';
import { envelopeErrors } from './cms/envelope-errors.ts';
import { signatureErrors } from './cms/errors.ts';
import { LONGEST_PATH } from './cms/path.ts';
import { MOST_SIGNATURE_BYTES } from './cms/signed-data.ts';
import {
  actionsProfile,
  adtProfile,
  headerOf,
  LONGEST_LINE,
  limitsProfile,
  profiles,
  reportProfile,
} from './csv/profile.ts';
import { fileErrors } from './errors.ts';
import { Findings } from './findings.ts';
import { LONGEST_ATTRIBUTE } from './limits/limit-row.ts';
import { readLimits } from './limits/read.ts';
import { compareActions, HeldItems } from './report/held-items.ts';
import { readReport } from './report/read.ts';
import { eventKinds, heldKinds } from './report/report-row.ts';
import { bytesOf, gather } from './testing/sources.ts';
import { MOST_DIGITS } from './values/decimal.ts';
import { LONGEST_REASON, LONGEST_REFERENCE } from './values/text.ts';

// docs/files.md is true: its examples are files without faults, its limits and codes are those of the code.

const text = readFileSync(join(import.meta.dirname, '../../../docs/files.md'), 'utf8');
const examples = [...text.matchAll(/^```csv\n([\s\S]*?)^```/gm)].map(([, example = '']) => example);
const exampleOf = (id: string): string[] => examples.filter((example) => example.startsWith(`${id},`));

test('there is an example of every profile', () => {
  for (const { id } of profiles) expect(exampleOf(id).length).toBeGreaterThan(0);
});

test('the ADT Files are without faults', async () => {
  for (const example of exampleOf(adtProfile.id)) {
    const findings = new Findings();
    await readAdt(bytesOf(example), () => true, findings);
    expect(findings.faults).toEqual([]);
  }
});

test('one of them is that of the Operator, and the others have warnings', async () => {
  const faults = await Promise.all(
    exampleOf(adtProfile.id).map(async (example) => {
      const findings = new Findings();
      const [, operatorId = ''] = /\n\w+,([^,]+)/.exec(example) ?? [];
      await readAdt(bytesOf(example), () => true, findings, { operatorId });
      return [operatorId, findings.faults.length > 0] as const;
    }),
  );
  expect(faults).toContainEqual(['90-B3-D5-1F-30-00-00-02', false]);
  expect(faults).toContainEqual(['90-B3-D5-1F-30-01-00-00', true]);
});

test('the limits files are without faults', async () => {
  for (const example of exampleOf(limitsProfile.id)) {
    const findings = new Findings();
    await readLimits(bytesOf(example), () => true, findings);
    expect(findings.faults).toEqual([]);
  }
});

test('the action file decides all that the report holds', async () => {
  const findings = new Findings();
  const [report = '', actions = ''] = [reportProfile, actionsProfile].flatMap(({ id }) => exampleOf(id));
  const held = new HeldItems();
  await gather(readReport(bytesOf(report), findings, held));
  const decisions = await compareActions(held, readActions(bytesOf(actions), findings), findings);
  expect(findings.faults).toEqual([]);
  expect(decisions).toEqual({ process: 1, delete: 1, undecided: 0 });
});

test.each(profiles)('every column of $id is described', (profile) => {
  const described = [...text.matchAll(/^\| `([\w/-]+)` \|/gm)].map(([, name]) => name);
  const columns = profile.id === reportProfile.id ? profile.columns : headerOf(profile);
  for (const column of columns) expect(described).toContain(column);
});

describe('limits', () => {
  const rowOf = (name: string): string => text.split('\n').find((line) => line.startsWith(`| ${name} |`)) ?? '';
  const inOrder = [adtProfile, limitsProfile, actionsProfile, reportProfile];
  const cells = (numbers: number[]): string => numbers.map((number) => number.toLocaleString('en')).join(' | ');

  test('are those of the profiles', () => {
    expect(rowOf('rows')).toBe(`| rows | ${cells(inOrder.map(({ mostRows }) => mostRows))} |`);
    expect(rowOf('bytes')).toBe(`| bytes | ${cells(inOrder.map(({ mostBytes }) => mostBytes))} |`);
    expect(text).toContain(`at most ${LONGEST_LINE.toLocaleString('en')} characters`);
    expect(text).toContain(`at most ${MOST_SIGNATURE_BYTES.toLocaleString('en')} bytes`);
    expect(text).toContain(`up to ${LONGEST_REASON} characters`);
    expect(text).toContain(`up to ${LONGEST_REFERENCE} visible characters`);
    expect(text).toContain(`up to ${LONGEST_ATTRIBUTE} letters, digits, dots, slashes and hyphens`);
    expect(text).toContain(`up to ${MOST_DIGITS} digits`);
    expect(LONGEST_PATH).toBe(4);
  });

  test('and every kind of event and message is named', () => {
    for (const kind of [...eventKinds, ...heldKinds]) expect(text).toContain(`\`${kind}\``);
  });
});

test('the table of codes is the registries', () => {
  const rows = [...text.matchAll(/^\| `(files\.[\w.-]+)` \| (.*) \| (.*) \|$/gm)].map(([, ...cells]) => cells);
  const registered = Object.entries({ ...fileErrors, ...signatureErrors, ...envelopeErrors });
  expect(rows).toEqual(registered.map(([code, { title, action }]) => [code, title, action]));
});
