import { noBrowser, openBrowser } from '@penstock/platform/testing/chromium';
import type { TestPerson } from '@penstock/platform/testing/people';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { complaintsOf, signIn, startTestPortal, type TestPortal } from './testing-portal.ts';

// What every file of tests of the pages begins with: one platform and one browser for the file, a context of its own for
// each test, and at the end of each no complaint of the browser.

export class TestPages {
  #portal: TestPortal | undefined;
  #context: BrowserContext | undefined;
  #page: Page | undefined;
  readonly #states = new Map<string, Awaited<ReturnType<BrowserContext['cookies']>>>();

  /** @param prepare before the browser opens: more people, or what the pages are to show; `settings` of the platform */
  constructor(
    prepare: (portal: TestPortal) => Promise<void> = async () => {},
    settings: () => Record<string, string> = () => ({}),
  ) {
    let browser: Browser | undefined;
    let complaints: string[] = [];
    beforeAll(async () => {
      if (noBrowser !== undefined) return;
      this.#portal = await startTestPortal(10, settings());
      await prepare(this.#portal);
      browser = await openBrowser();
    }, 120_000);
    afterAll(async () => {
      await browser?.close();
      await this.#portal?.stop();
    });
    beforeEach(async (test) => {
      test.skip(noBrowser !== undefined, noBrowser);
      await this.portal.database.pool.query('delete from sign_in."rateLimit"');
      this.#context = await browser?.newContext({ baseURL: this.portal.address });
      complaints = complaintsOf(this.context);
      this.context.setDefaultTimeout(15_000);
      this.#page = await this.context.newPage();
    });
    afterEach(async () => {
      await this.#context?.close();
      expect(complaints).toEqual([]);
    });
  }

  get portal(): TestPortal {
    if (this.#portal === undefined) throw new Error('the platform is not there yet');
    return this.#portal;
  }
  get context(): BrowserContext {
    if (this.#context === undefined) throw new Error('no test has begun');
    return this.#context;
  }
  get page(): Page {
    if (this.#page === undefined) throw new Error('no test has begun');
    return this.#page;
  }

  /** Opened as somebody, who signs in once for the file: what a page shows is tested, not the door. */
  async openAs(person: TestPerson, path: string): Promise<void> {
    const known = this.#states.get(person.personId);
    if (known !== undefined) await this.context.addCookies(known);
    await this.page.goto(path);
    if (known !== undefined) return;
    await signIn(this.page, person);
    await this.isIn();
    this.#states.set(person.personId, await this.context.cookies());
  }
  isIn(): Promise<void> {
    return this.button(/signed in as/).waitFor();
  }
  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name });
  }
  row(text: string): Locator {
    return this.page.getByRole('row').filter({ hasText: text });
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
