import { createHash, createPrivateKey } from 'node:crypto';
import { readCertificates, signDetached } from '@penstock/files/signature';
import type { Page } from 'playwright-core';
import type { TestPages } from './testing-pages.ts';
import { alpha, type TestPortal } from './testing-portal.ts';

// Signed files, thresholds in force and held messages for the tests of the pages of the gate, and for their pictures.

const adtHeader = 'adt-file/1,user_id,services,direction,period,warning,quarantine,from,to,reference';

/** An ADT File of alpha: lines without their first two cells. */
export const adtText = (...lines: string[]): string =>
  `${[adtHeader, ...lines.map((line) => `threshold,${alpha},${line}`)].join('\n')}\n`;

/** A detached signature by an officer of a User ID, the first or the second. */
export function signAs({ pki }: TestPortal, text: string, officer: 0 | 1 = 0, userId = alpha): Buffer {
  const credential = [...pki.users.values()].find((user) => user.userId === userId)?.officers[officer];
  const [certificate] = readCertificates(Buffer.from(credential?.certificate ?? ''));
  if (credential === undefined || certificate === undefined) throw new Error('no officer');
  return signDetached({
    digest: createHash('sha256').update(text).digest(),
    key: createPrivateKey(credential.key),
    certificate,
    chain: [],
    signingTime: new Date(),
  });
}

export const csvFile = (name: string, text: string) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });
export const signatureFile = (buffer: Buffer) => ({
  name: 'signed.csv.p7s',
  mimeType: 'application/pkcs7-signature',
  buffer,
});

/** Chooses the file and its signature on the page that delivers them. */
export async function chooseFiles(page: Page, text: string, signature?: Buffer): Promise<void> {
  const inputs = page.locator('input[type=file]');
  await inputs.nth(0).setInputFiles(csvFile('signed.csv', text));
  if (signature !== undefined) await inputs.nth(1).setInputFiles(signatureFile(signature));
}

/** The same by keyboard alone, from what has the focus: each opens the browser's own window of files. */
export async function chooseFilesByKeyboard(pages: TestPages, text: string, signature: Buffer): Promise<void> {
  for (const [label, file] of [
    ['File', csvFile('signed.csv', text)],
    ['Signature', signatureFile(signature)],
  ] as const) {
    // listened for before the way there: the browser is told so by a call of its own
    const opened = pages.page.waitForEvent('filechooser');
    await pages.tabTo(pages.page.getByLabel(label, { exact: true }));
    await pages.page.keyboard.press('Enter');
    await (await opened).setFiles(file);
  }
}

/** The last day of the use of alpha's thresholds, as if it had been looked at: two waves, the second above the warning. */
export async function insertLooks({ database }: TestPortal): Promise<void> {
  await database.pool.query(
    `insert into threshold_usage (user_id, threshold_id, at, count, warning, quarantine)
     select t.user_id, t.threshold_id, date_trunc('minute', now()) - i * interval '5 minutes',
            round(b.quarantine * (0.48 + 0.25 * sin(i / 20.0) + 0.22 * sin(i / 47.0))), b.warning, b.quarantine
     from threshold t
     join threshold_version v on v.threshold_id = t.threshold_id and v.ended_at is null
     join threshold_bound b on b.threshold_id = v.threshold_id and b.version = v.version, generate_series(1, 288) i
     on conflict do nothing`,
  );
}

/** Where counters stand: parts of their quarantine numbers, in the order of the thresholds. */
export async function setCounts({ database }: TestPortal, parts: readonly number[]): Promise<void> {
  await database.pool.query(
    `update threshold_count c set current = round(b.quarantine * p.part), last_time = clock_timestamp(),
                                  bucket = counter_bucket(clock_timestamp(), c.period_seconds)
     from (select threshold_id, $1::float8[] as parts, row_number() over (order by threshold_id) as n from threshold) t
     cross join lateral (select coalesce(t.parts[t.n], 0) as part) p
     join threshold_bound b on b.threshold_id = t.threshold_id
     where c.threshold_id = t.threshold_id and b.version = c.version`,
    [parts],
  );
}

export const heldEvent = '20261122000000000001';

/** So many messages of alpha, held an hour ago in one event, with bytes, signed by alpha, to its own devices. */
export async function holdMessages({ database }: TestPortal, count: number): Promise<void> {
  const { pool } = database;
  await pool.query(
    `insert into quarantine_event (user_id, event, detector, threshold_id, threshold_version, direction, words, first_at,
                                   last_at, held, changed_at)
     values ($1, $2, 'user', 1, 1, 'southbound',
             'more than 500 communications (all) sent within PT1H: threshold 1 version 1',
             now() - interval '70 minutes', now() - interval '60 minutes', $3, now() - interval '60 minutes')`,
    [alpha, heldEvent, count],
  );
  await pool.query(
    `with devices as (
       select d.device, row_number() over (order by d.device) - 1 as n, count(*) over () as all
       from responsibility r join device d on d.device = r.device
       where r.user_id = $1 and r.valid_to = 'infinity' and d.kind in ('ESME', 'GSME')
     ), signer as (
       select (('x' || encode(substr(fingerprint, 1, 8), 'hex'))::bit(64) >> 1)::bigint as id
       from certificate where user_id = $1 and purpose = 'signing' limit 1
     ), made as (
       select i, convert_to('<held ' || i || '/>', 'UTF8') as body from generate_series(1, $3::int) i
     )
     insert into held_message (user_id, day, sequence, event, held_at, direction, kind, command_variant, srv, originator,
                               target, counter, message_id, signer, version, count, bound, size, sha256, body)
     select $1, (now() at time zone 'UTC')::date, 5000000 + i, $2, now() - interval '70 minutes' + i * interval '5 ms',
            'southbound', 'service_request', 1, (array['4.1.1', '4.8.1', '7.4'])[i % 3 + 1], $1, d.device, 900000 + i,
            upper(replace($1::macaddr8::text, ':', '-')) || ':' || upper(replace(d.device::text, ':', '-')) || ':' || (900000 + i),
            signer.id, 1, 501, 500, octet_length(body), sha256(body), body
     from made join devices d on d.n = i % d.all, signer`,
    [alpha, heldEvent, count],
  );
  await pool.query('analyze held_message');
}
