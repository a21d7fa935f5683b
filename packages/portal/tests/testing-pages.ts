import { setTimeout as pause } from 'node:timers/promises';
import type { StartOptions } from '@penstock/platform';
import { noBrowser, openBrowser } from '@penstock/platform/testing/chromium';
import { TestBrowser, type TestPerson } from '@penstock/platform/testing/people';
import type { Pki } from '@penstock/simulator';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { complaintsOf, findBarriers, type Settings, startTestPortal, type TestPortal } from './testing-portal.ts';

// What every file of tests of the pages begins with: one platform and one browser for the file. Each person has one
// browser window for the file, which keeps its session and its scripts (a page is then there in a third of the time); each
// test has pages of its own in it. At the end of each test no browser has complained.

export interface TestPagesOptions {
  /** In alpha's record. */
  readonly messages?: number;
  /** Variables of the platform's environment. */
  readonly settings?: Settings | ((pki: Pki) => Settings);
  readonly demonstration?: StartOptions['demonstration'];
  /** Before the browser opens: more people, or what the pages are to show. */
  readonly prepare?: (portal: TestPortal) => Promise<void>;
}

export interface PageOptions {
  readonly colorScheme?: 'light' | 'dark';
  readonly viewport?: { readonly width: number; readonly height: number };
}

/** More than any page has from its head to its end. */
const MOST_TABS = 90;
const MOST_OPTIONS = 20;
const SETTLES_MS = 250;
const WINDOW = { width: 1280, height: 720 };

interface Window {
  readonly context: BrowserContext;
  readonly complaints: string[];
  /** Stays open from test to test. */
  kept?: Page;
  /** Of an earlier test: what is opened next. */
  free?: Page;
}

export class TestPages {
  #portal: TestPortal | undefined;
  #browser: Browser | undefined;
  #page: Page | undefined;
  /** Of people, by their ids. */
  readonly #windows = new Map<string, Window>();
  /** Of nobody: signing in is tried in it. */
  #nobodys: Window | undefined;
  /** A page of nobody that no test had is as good as a new one. */
  #nobodysPage: Page | undefined;

  constructor({ messages = 10, settings = {}, demonstration, prepare = async () => {} }: TestPagesOptions = {}) {
    beforeAll(async () => {
      if (noBrowser !== undefined) return;
      this.#portal = await startTestPortal(messages, settings, demonstration);
      await prepare(this.#portal);
      this.#browser = await openBrowser();
    }, 180_000);
    afterAll(async () => {
      await this.#browser?.close();
      await this.#portal?.stop();
    });
    beforeEach(async (test) => {
      test.skip(noBrowser !== undefined, noBrowser);
      await this.portal.database.pool.query('delete from sign_in."rateLimit"');
      this.#nobodys ??= await this.#openWindow();
      this.#nobodysPage ??= await this.#nobodys.context.newPage();
      this.#page = this.#nobodysPage;
    });
    afterEach(async () => {
      const found = [...this.#windows.values(), this.#nobodys].flatMap((window) => window?.complaints.splice(0) ?? []);
      if (this.#nobodysPage === undefined) {
        await this.#nobodys?.context.close();
        this.#nobodys = undefined;
      }
      for (const window of this.#windows.values()) await this.#clear(window);
      expect(found).toEqual([]);
    });
  }

  get portal(): TestPortal {
    if (this.#portal === undefined) throw new Error('the platform is not there yet');
    return this.#portal;
  }
  /** The page of the test: of whoever opened one last, before that nobody's. */
  get page(): Page {
    if (this.#page === undefined) throw new Error('no test has begun');
    if (this.#page === this.#nobodysPage) this.#nobodysPage = undefined;
    return this.#page;
  }
  get context(): BrowserContext {
    return this.page.context();
  }

  /**
   * A page of somebody who is signed in already: what it shows is tested, not the door. It is the page of the test. The
   * first of a test is one of an earlier test, loaded anew: a new one takes twice as long.
   */
  async openAs(person: TestPerson, path: string, options: PageOptions = {}): Promise<Page> {
    const window = await this.#windowOf(person);
    const used = window.free;
    this.#page = used ?? (await window.context.newPage());
    delete window.free;
    const { colorScheme, viewport } = options;
    if (used !== undefined || colorScheme !== undefined)
      await this.page.emulateMedia({ colorScheme: colorScheme ?? null });
    if (used !== undefined || viewport !== undefined) await this.page.setViewportSize(viewport ?? WINDOW);
    await this.page.goto(path);
    return this.page;
  }

  /** The page of somebody that stays open from test to test, at whatever the last one left it. It is the page of the test. */
  async stayAs(person: TestPerson): Promise<Page> {
    const window = await this.#windowOf(person);
    window.kept ??= await window.context.newPage();
    this.#page = window.kept;
    return this.#page;
  }

  async #windowOf(person: TestPerson): Promise<Window> {
    const known = this.#windows.get(person.personId);
    if (known !== undefined) return known;
    const { address } = this.portal;
    const door = new TestBrowser(address);
    await door.signIn(person);
    const window = await this.#openWindow();
    await window.context.addCookies([...door.cookies].map(([name, value]) => ({ name, value, url: address })));
    this.#windows.set(person.personId, window);
    return window;
  }

  /** What a test opened is closed, but for what stays open and one page that the next test goes on with. */
  async #clear(window: Window): Promise<void> {
    const { context, kept } = window;
    await kept?.unrouteAll({ behavior: 'ignoreErrors' });
    const opened = context.pages().filter((page) => page !== kept && page !== window.free);
    const free = window.free ?? opened.find((page) => page.url().startsWith(this.portal.address));
    for (const page of opened) if (page !== free) await page.close();
    if (free === undefined || free === window.free) return;
    await free.unrouteAll({ behavior: 'ignoreErrors' });
    for (const event of ['request', 'response']) await free.removeAllListeners(event, { behavior: 'ignoreErrors' });
    // what a tab remembers is gone with it
    await free.evaluate(() => globalThis.sessionStorage.clear());
    await free.goto('about:blank');
    window.free = free;
  }

  async #openWindow(): Promise<Window> {
    if (this.#browser === undefined) throw new Error('the browser is not there yet');
    const context = await this.#browser.newContext({
      baseURL: this.portal.address,
      locale: 'en-GB',
      viewport: WINDOW,
      // what moves is looked at when it stands: colours in between have contrasts of their own
      reducedMotion: 'reduce',
    });
    context.setDefaultTimeout(60_000);
    return { context, complaints: complaintsOf(context) };
  }

  /** By keyboard alone: from what has the focus to this. */
  async tabTo(target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
    const hasFocus = () => target.evaluate((element) => element === element.ownerDocument.activeElement);
    for (let tabs = 0; tabs < MOST_TABS; tabs += 1) {
      await this.page.keyboard.press(key);
      if (await hasFocus()) return;
    }
    throw new Error(`${MOST_TABS} tabs do not lead to ${target}`);
  }
  /** By keyboard alone: a button, a box to tick. */
  async press(target: Locator, key: 'Enter' | 'Space' = 'Enter'): Promise<void> {
    await target.waitFor();
    await this.tabTo(target);
    await this.page.keyboard.press(key);
  }
  /** By keyboard alone: in the place of what stands in a field; what is long is pasted. */
  async type(field: Locator, text: string): Promise<void> {
    await this.tabTo(field);
    await this.page.keyboard.press('ControlOrMeta+A');
    if (text.length > 100) await this.page.keyboard.insertText(text);
    else await this.page.keyboard.type(text);
  }
  /** By keyboard alone: ten in the morning of the first of January. */
  async typeNewYear(field: Locator, year: string): Promise<void> {
    await this.tabTo(field);
    // a date has parts that one tabs through: from whichever it is to the first
    for (let part = 0; part < 5; part += 1) await this.page.keyboard.press('ArrowLeft');
    // where the browser has no half of the day, `A` says nothing
    await this.page.keyboard.type(`0101${year}1000A`);
  }
  /** By keyboard alone: one of several, by what is typed of it or by the arrows. */
  async choose(box: Locator, name: string | RegExp, typed = ''): Promise<void> {
    await this.tabTo(box);
    const option = this.page.getByRole('option', { name });
    await this.page.keyboard.press(typed === '' ? 'Enter' : 'ControlOrMeta+A');
    await this.page.keyboard.type(typed);
    await option.waitFor();
    const isChosen = async () => (await option.getAttribute('data-combobox-selected')) === 'true';
    for (let downs = 0; downs < MOST_OPTIONS; downs += 1) {
      if (await isChosen()) {
        // a list that has just opened goes to what is chosen already, a moment later than a quick hand
        await pause(SETTLES_MS);
        if (await isChosen()) break;
      }
      await this.page.keyboard.press('ArrowDown');
    }
    await this.page.keyboard.press('Enter');
  }
  /** Waits until what has the focus stands in this. */
  focusComesTo(box: Locator): Promise<void> {
    return expect.poll(() => this.holdsFocus(box), { timeout: 60_000 }).toBe(true);
  }
  holdsFocus(box: Locator): Promise<boolean> {
    return box.evaluate((element) => element.contains(element.ownerDocument.activeElement));
  }
  isIn(): Promise<void> {
    return this.button(/signed in as/).waitFor();
  }
  heading(name: string): Locator {
    return this.page.getByRole('heading', { name, exact: true });
  }
  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name });
  }
  row(text: string): Locator {
    return this.page.getByRole('row').filter({ hasText: text });
  }
  /** Rows of the page's table, its head among them. */
  rows(): Locator {
    return this.page.getByRole('table').getByRole('row');
  }
  /** As it stands, in dark on the narrowest screen: nothing in anybody's way, and nothing beside the screen. */
  async lookNarrow(): Promise<void> {
    const size = this.page.viewportSize() ?? WINDOW;
    await this.page.emulateMedia({ colorScheme: 'dark' });
    await this.page.setViewportSize({ width: 320, height: 700 });
    await this.page.locator('html[data-mantine-color-scheme=dark]').waitFor();
    await this.fits();
    await expect.poll(() => findBarriers(this.page)).toEqual([]);
    await this.page.emulateMedia({ colorScheme: null });
    await this.page.setViewportSize(size);
  }
  /** What stands beside the screen: nothing, or the elements that reach the furthest. */
  beside(): Promise<string[]> {
    return this.page.locator('html').evaluate((html) => {
      if (html.scrollWidth <= html.clientWidth) return [];
      const outside = [...html.querySelectorAll('body *')].map((element) => ({
        right: Math.round(element.getBoundingClientRect().right),
        name: `${element.tagName} ${element.className} ${element.textContent.slice(0, 40)}`,
      }));
      const furthest = outside.sort((one, other) => other.right - one.right).slice(0, 5);
      return furthest.map(({ right, name }) => `${right} of ${html.clientWidth} px: ${name}`);
    });
  }
  /** Waits until nothing stands beside the screen: one that has just become narrow is laid out anew in more than one step. */
  fits(): Promise<void> {
    return expect.poll(() => this.beside()).toEqual([]);
  }
  /** A device that asks for a fingerprint and is always given one. */
  async addAuthenticator(): Promise<void> {
    const devTools = await this.context.newCDPSession(this.page);
    await devTools.send('WebAuthn.enable');
    const options = {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    } as const;
    await devTools.send('WebAuthn.addVirtualAuthenticator', { options });
  }
}
