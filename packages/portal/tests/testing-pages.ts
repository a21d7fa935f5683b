import type { StartOptions } from '@penstock/platform';
import { noBrowser, openBrowser } from '@penstock/platform/testing/chromium';
import { TestBrowser, type TestPerson } from '@penstock/platform/testing/people';
import type { Pki } from '@penstock/simulator';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { complaintsOf, type Settings, startTestPortal, type TestPortal } from './testing-portal.ts';

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
const WINDOW = { width: 1280, height: 720 };

interface Window {
  readonly context: BrowserContext;
  readonly complaints: string[];
  /** Stays open from test to test. */
  kept?: Page;
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
      for (const { context, kept } of this.#windows.values()) {
        await kept?.unrouteAll({ behavior: 'ignoreErrors' });
        for (const page of context.pages()) if (page !== kept) await page.close();
      }
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

  /** A page of somebody who is signed in already: what it shows is tested, not the door. It is the page of the test. */
  async openAs(person: TestPerson, path: string, options: PageOptions = {}): Promise<Page> {
    const { context } = await this.#windowOf(person);
    this.#page = await context.newPage();
    const { colorScheme, viewport } = options;
    if (colorScheme !== undefined) await this.page.emulateMedia({ colorScheme });
    if (viewport !== undefined) await this.page.setViewportSize(viewport);
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
  /** How many pixels stand beside the screen. */
  beside(): Promise<number> {
    return this.page.locator('html').evaluate((html) => html.scrollWidth - html.clientWidth);
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
