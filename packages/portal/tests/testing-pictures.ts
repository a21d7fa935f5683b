import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TestPerson } from '@penstock/platform/testing/people';
import type { Page } from 'playwright-core';
import type { test as vitestTest } from 'vitest';
import type { TestPages } from './testing-pages.ts';

// Pictures of pages under docs/portal; PENSTOCK_SCREENSHOTS_FOLDER puts them, and those of a narrow screen, elsewhere.

const committed = join(import.meta.dirname, '../../../docs/portal');
const elsewhere = process.env.PENSTOCK_SCREENSHOTS_FOLDER;
const folder = elsewhere ?? committed;

export interface Picture {
  /** Left out: nobody is signed in. */
  readonly who?: () => TestPerson;
  readonly path: () => string;
  /** Resolves when the page is whole. */
  readonly ready: (page: Page) => Promise<void>;
  readonly size?: { readonly width: number; readonly height: number };
}

/** One test a picture, in light and dark. */
export function takePictures(
  test: typeof vitestTest,
  pages: TestPages,
  pictures: Readonly<Record<string, Picture>>,
): void {
  mkdirSync(folder, { recursive: true });
  const widths = elsewhere === undefined ? [undefined] : [undefined, 360];
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of widths) {
      for (const [name, picture] of Object.entries(pictures)) {
        const file = `${name}${width === undefined ? '' : `-${width}`}-${colorScheme}.png`;
        test(file, async () => {
          const { size = { width: 1280, height: 800 } } = picture;
          const viewport = width === undefined ? size : { width, height: 740 };
          const { page } = pages;
          const shown = picture.who === undefined ? page : await pages.openAs(picture.who(), 'about:blank');
          await shown.emulateMedia({ colorScheme });
          await shown.setViewportSize(viewport);
          await shown.goto(picture.path());
          await picture.ready(shown);
          await shown.mouse.move(0, 0);
          await shown.screenshot({ path: join(folder, file), fullPage: width !== undefined });
        });
      }
    }
  }
}
