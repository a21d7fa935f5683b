import type { TestPerson } from '@penstock/platform/testing/people';
import type { Locator, Page, Route } from 'playwright-core';
import { expect } from 'vitest';
import type { TestPages } from './testing-pages.ts';
import { findBarriers } from './testing-portal.ts';

// Each page in each state that it can be in: on the way, refused, whole, empty, and before somebody whose role does not see
// it. Whole and empty in light on a wide screen and in dark on the narrowest; the others, which are made of the same few parts
// everywhere, in dark on the narrowest. The states are forced; what they are made of is the page's.

export interface ShownPage {
  readonly path: string;
  /** The question that the page stands on, as a path of the API. */
  readonly asks?: string;
  /** What is there when it is whole. */
  readonly whole: (page: Page) => Locator;
  /** What it says when there is nothing; left out: that cannot be. */
  readonly empty?: string;
  /** The answer when there is nothing; left out: a list without anything. */
  readonly nothing?: object;
  /** What its role does not see; left out: everybody sees it. */
  readonly unseen?: string;
}

const soon = { timeout: 60_000 };
const REFUSED = { type: 'x', title: 'Too many questions at once.', status: 429, code: 'x', action: 'Wait a minute.' };

/** Loads it anew: nothing is there of before, and who is signed in is asked again. What is waited for is what the page shows. */
async function load(page: Page, path: string): Promise<void> {
  await page.goto(path, { waitUntil: 'commit' });
}

export async function walk(pages: TestPages, person: TestPerson, shown: ShownPage): Promise<void> {
  const { path, asks, whole, empty, unseen } = shown;
  const page = await pages.stayAs(person);
  const look = async (state: 'loading' | 'refused' | 'whole' | 'empty' | 'no right') => {
    const wide = state === 'whole' || state === 'empty' ? ([['light', 1280]] as const) : [];
    for (const [colorScheme, width] of [...wide, ['dark', 320] as const]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 700 });
      await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor();
      // a screen that has just become narrow is laid out anew in more than one step
      await expect
        .poll(async () => [path, state, width, await findBarriers(page)], soon)
        .toEqual([path, state, width, []]);
      await expect.poll(async () => [path, state, width, await pages.beside()], soon).toEqual([path, state, width, []]);
      // rows of a list of any length have a height that is said beforehand: what is in them must fit
      const cut = page
        .locator('.penstock-table-body .penstock-row')
        .evaluateAll((rows) => rows.filter((row) => row.scrollHeight > row.clientHeight + 1).length);
      expect([path, state, width, await cut]).toEqual([path, state, width, 0]);
    }
  };
  let answer: 'none' | 'refused' | 'whole' | 'empty' = 'none';
  const held: Route[] = [];
  const reply = async (route: Route) => {
    if (answer === 'none') held.push(route);
    else if (answer === 'whole') await route.continue();
    else if (answer === 'empty') await route.fulfill({ json: shown.nothing ?? { items: [] } });
    else {
      await route.fulfill({ status: 429, contentType: 'application/problem+json', body: JSON.stringify(REFUSED) });
    }
  };
  if (asks !== undefined) await page.route(({ pathname }) => pathname === `/api/v1${asks}`, reply);
  await load(page, path);
  if (asks !== undefined) {
    await expect.poll(() => held.length).toBeGreaterThan(0);
    await page.getByRole('status').filter({ hasText: 'Loading' }).first().waitFor();
    await look('loading');
    answer = 'refused';
    await Promise.all(held.splice(0).map(reply));
    await page.getByRole('alert').getByText(REFUSED.title).waitFor();
    await look('refused');
    const again = page.getByRole('button', { name: 'Try again' });
    await again.waitFor();
    answer = 'whole';
    // a page that asks again by itself may be whole before anybody has pressed it
    await again.press('Enter', { timeout: 10_000 }).catch(() => undefined);
  }
  await whole(page).first().waitFor();
  await look('whole');
  if (empty !== undefined) {
    answer = 'empty';
    await load(page, path);
    await page.getByText(empty).waitFor();
    await look('empty');
  }
  if (unseen === undefined) return;
  await page.route('**/api/v1/me', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), permissions: [] } });
  });
  await load(page, path);
  await page.getByText(`Your role does not see ${unseen}`).waitFor();
  await look('no right');
}

/** A path, buttons that are pressed there one after the other, and the dialog that is open then. */
export type ShownDialog = readonly [path: string, dialog: string | RegExp, ...buttons: (string | RegExp)[]];

/** Dialogs as they open, in dark on the narrowest screen; those of one path stand together, and are closed by the keyboard. */
export async function walkDialogs(
  pages: TestPages,
  person: TestPerson,
  dialogs: readonly ShownDialog[],
): Promise<void> {
  const page = await pages.stayAs(person);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 320, height: 700 });
  let shown = '';
  for (const [path, name, ...buttons] of dialogs) {
    // as a link of the page leads there, which takes a tenth of the time of loading it
    if (shown === '') await load(page, path);
    else if (path !== shown) await page.evaluate(`history.pushState({}, '', ${JSON.stringify(path)})`);
    shown = path;
    for (const button of buttons) await page.getByRole('button', { name: button }).first().click();
    const dialog = page.getByRole('dialog', { name });
    await dialog.waitFor();
    expect([name, await findBarriers(page)]).toEqual([name, []]);
    await expect.poll(async () => [name, await pages.beside()], soon).toEqual([name, []]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  }
}
