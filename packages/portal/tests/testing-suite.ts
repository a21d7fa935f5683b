import { noBrowser, openBrowser } from '@penstock/platform/testing/chromium';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { startTestPortal, type TestPortal, type Visit, visitsTo } from './testing-portal.ts';

/**
 * One portal for the tests of a file, and pages that people open in it; what a browser complains about fails the test
 * that opened it. Without a browser the tests are skipped, and say so.
 */
export function portalSuite(
  prepare: (portal: TestPortal) => Promise<void> = async () => undefined,
  settings: Parameters<typeof startTestPortal>[1] = {},
) {
  let portal: TestPortal;
  let browser: Browser;
  let visit: ReturnType<typeof visitsTo>;
  const visits: Visit[] = [];
  beforeAll(async () => {
    if (noBrowser !== undefined) return;
    portal = await startTestPortal(10, settings);
    await prepare(portal);
    browser = await openBrowser();
    visit = visitsTo(portal, browser);
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await portal?.stop();
  });
  beforeEach((test) => test.skip(noBrowser !== undefined, noBrowser));
  afterEach(async () => {
    for (const one of visits.splice(0)) {
      await one.close();
      expect(one.complaints).toEqual([]);
    }
  });
  return {
    portal: () => portal,
    async open(person: keyof TestPortal['people'], path: string, options?: BrowserContextOptions): Promise<Page> {
      const opened = await visit(portal.people[person], path, options);
      visits.push(opened);
      return opened.page;
    },
  };
}
