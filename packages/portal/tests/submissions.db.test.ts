import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readCertificates, readSignature, verifySignature } from '@penstock/files/signature';
import { OPERATOR_ID } from '@penstock/simulator';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { adtText, chooseFiles, heldEvent, holdMessages, signAs, signatureFile } from './testing-gate.ts';
import { type PageOptions, TestPages } from './testing-pages.ts';
import { alpha, findBarriers, type TestPortal, userAddress } from './testing-portal.ts';

// The life of a signed file that two officers sign: what it changes, who may sign, its receipt, taking it back.

const tight = adtText('1.1.1,sent,P1D,,500,,,');
const loose = adtText('1.1.1,sent,P1D,,800,,,');
const sentence = '1.1.1: quarantine 500 -> 800 a day';

const pages = new TestPages({
  prepare,
  settings: ({ users }) => {
    const signing = [...users.values()].find(({ userId }) => userId === OPERATOR_ID)?.signing;
    if (signing === undefined) throw new Error('the Operator has no key');
    return {
      PENSTOCK_OPERATOR_SIGNING_KEY_FILE: signing.keyFile,
      PENSTOCK_OPERATOR_SIGNING_CERTIFICATE_FILE: signing.certificateFile,
    };
  },
});
const open = (person: keyof TestPortal['people'], path: string, options?: PageOptions) =>
  pages.openAs(pages.portal.people[person], path, options);

async function prepare({ database }: TestPortal): Promise<void> {
  // the second officer is one of the people who sign in
  await database.pool.query(
    `update officer o set email = p.email
     from (select email from person where email like 'both@%') p where o.user_id = $1 and o.name = 'Officer 2'`,
    [alpha],
  );
}
const asAro = (path: string) => open('both', userAddress(alpha, path));

async function deliver(page: Page, text: string): Promise<void> {
  await page.goto(userAddress(alpha, '/submissions/deliver'));
  await chooseFiles(page, text, signAs(pages.portal, text));
  await page.getByText('1 line, no faults').waitFor();
}

/** The bytes that a button saves. */
async function saved(page: Page, name: string): Promise<Buffer> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name, exact: true }).first().click(),
  ]);
  return readFileSync(await download.path());
}

/** Whether the Operator signed these bytes. */
function expectSigned(bytes: Buffer, signature: Buffer): void {
  const anchors = readCertificates(Buffer.from(pages.portal.pki.authority));
  const digest = createHash('sha256').update(bytes).digest();
  const now = new Date();
  const verdict = verifySignature(readSignature(signature), { digest, anchors, crls: 'none', at: now, judgedAt: now });
  expect(verdict).toMatchObject({ ok: true });
}

test('the difference is told in words before the delivery and after it, and who may sign it too', async () => {
  const page = await asAro('/submissions/deliver');
  await deliver(page, tight);
  await page.getByRole('button', { name: 'Deliver' }).click();
  await page.getByText('It is in force, whole.').waitFor();
  await deliver(page, loose);
  await page.getByText(sentence).waitFor();
  await page.getByRole('button', { name: 'Deliver' }).click();
  const second = page.getByRole('region', { name: 'The second officer' });
  await second.getByText('It waits for you.').waitFor();
  await page.getByText(sentence).waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await page.goto(userAddress(alpha, '/'));
  await page.getByText('For your signature, as the second officer.').click();
  await page.getByText('You', { exact: true }).waitFor();
  expect(new URL(page.url()).searchParams.get('list')).toBe('mine');
  expect(await findBarriers(page)).toEqual([]);
});

test('the second officer takes the same bytes, signs them, and brings the signature alone', async () => {
  const page = await asAro('/submissions?list=mine');
  await page.getByRole('table').getByRole('link').first().click();
  const second = page.getByRole('region', { name: 'The second officer' });
  await second.getByRole('button', { name: 'Deliver the signature' }).click();
  await second.getByRole('alert').getByText('Choose the signature').waitFor();
  const original = await saved(page, 'Save the file as it was delivered');
  expect(original.toString()).toBe(loose);
  await second.locator('input[type=file]').setInputFiles(signatureFile(signAs(pages.portal, loose, 1)));
  await second.getByRole('button', { name: 'Deliver the signature' }).click();
  await page.getByText('It is in force, whole.').waitFor();
  await page.getByRole('region', { name: 'Its life' }).getByText('Waits for a second officer').waitFor();
  expect(await findBarriers(page)).toEqual([]);
  const receipt = await saved(page, 'Save the receipt');
  const signature = await saved(page, "Save the Operator's signature of it");
  expect(JSON.parse(receipt.toString())).toMatchObject({
    submission: { state: 'applied', summary: { words: [sentence] } },
  });
  expectSigned(receipt, signature);
});

test('a file that waits is taken back, by keyboard alone, and the list says that nothing waits', async () => {
  const page = await open('both', userAddress(alpha, '/submissions/deliver'), {
    viewport: { width: 320, height: 800 },
  });
  await deliver(page, adtText('1.1.1,sent,P1D,,900,,,'));
  await page.getByRole('button', { name: 'Deliver' }).click();
  await page.getByRole('region', { name: 'The second officer' }).waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await pages.fits();
  await pages.press(page.getByRole('button', { name: 'Take it back' }));
  const dialog = page.getByRole('dialog');
  await pages.focusComesTo(dialog);
  await pages.lookNarrow();
  await pages.press(dialog.getByRole('button', { name: 'Take it back' }));
  await page.getByText(/^It was taken back before it was applied/).waitFor();
  expect(await page.getByRole('button', { name: 'Take it back' }).count()).toBe(0);
  await page.goto(userAddress(alpha, '/submissions?list=others'));
  await page.getByText('No file waits for another officer.').waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await pages.fits();
});

test('who only sees files is offered nothing that it may not do', async () => {
  const page = await open('analyst', '/submissions');
  await page.getByRole('table').getByRole('link').first().click();
  await page.getByRole('region', { name: 'Receipt and file' }).waitFor();
  expect(await page.getByRole('button', { name: /Take it back|Deliver the signature/ }).count()).toBe(0);
  expect(await findBarriers(page)).toEqual([]);
});

test('the Operator’s people take the lines of a User’s file with a reason, or not at all', async () => {
  const ofUser = `/submissions?user=${encodeURIComponent(alpha)}`;
  const openFile = async (person: 'desk' | 'planner') => {
    const page = await open(person, ofUser);
    await page.getByRole('table').getByRole('link').first().click();
    const documents = page.getByRole('region', { name: 'Receipt and file' });
    await documents.waitFor();
    return { page, documents };
  };
  const button = { name: 'Save the file as it was delivered' };
  const planner = await openFile('planner');
  await planner.documents.getByText('Your role does not see the lines of a User’s file').waitFor();
  expect(await planner.documents.getByRole('button', button).count()).toBe(0);
  expect(await findBarriers(planner.page)).toEqual([]);

  const { page, documents } = await openFile('desk');
  await documents.getByRole('button', { name: 'Save the receipt' }).waitFor();
  expect(await documents.getByRole('button', button).count()).toBe(0);
  await documents.getByRole('button', { name: 'Show the file' }).click();
  await documents.getByText('Give a reason of at least 10 characters.').first().waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await documents.getByLabel('Why').fill('Alpha asks which lines it sent');
  await documents.getByRole('button', { name: 'Show the file' }).click();
  expect((await saved(page, button.name)).toString()).toMatch(/^adt-file\/1,/);
  const { rows } = await pages.portal.database.pool.query('select reason, what from record_reading');
  expect(rows).toEqual([
    { reason: 'Alpha asks which lines it sent', what: expect.stringMatching(/^signed file [0-9a-f]{64}$/) },
  ]);
});

test('the report of an event is saved with the Operator’s signature of it', async () => {
  await holdMessages(pages.portal, 3);
  const page = await asAro(`/quarantine/${heldEvent}`);
  const report = await saved(page, 'Save the report');
  expect(report.toString()).toMatch(/^quarantine-report\/1,/);
  expectSigned(report, await saved(page, 'Save the Operator’s signature of it'));
  expect(await findBarriers(page)).toEqual([]);
});
