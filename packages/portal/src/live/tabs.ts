// What a tab and the shared worker say to each other, and the tabs that the worker knows.
import { LiveConnection, type LiveNews } from './connection.ts';

export type TabWord =
  /** For whom the tab acts; again and again, so that a tab which died is noticed. */
  { readonly kind: 'here'; readonly acting: string } | { readonly kind: 'again' } | { readonly kind: 'gone' };

export const HERE_MILLISECONDS = 60_000;
/** Browsers let a tab in the background speak once a minute. */
const LOST_MILLISECONDS = 3.5 * HERE_MILLISECONDS;

/** One way to a tab: its end of a MessagePort, or the tab itself. */
export interface TabPort {
  postMessage(news: LiveNews): void;
}

/** The tabs of a browser, on one connection. */
export class Tabs {
  readonly #tabs = new Map<TabPort, { acting: string; heardAt: number }>();
  readonly #connection = new LiveConnection((news) => {
    for (const tab of this.#tabs.keys()) tab.postMessage(news);
  });

  hear(tab: TabPort, word: TabWord): void {
    const now = Date.now();
    if (word.kind === 'gone') this.#tabs.delete(tab);
    if (word.kind === 'here') {
      const isNew = !this.#tabs.has(tab);
      this.#tabs.set(tab, { acting: word.acting, heardAt: now });
      if (isNew && this.#connection.isLive) tab.postMessage({ kind: 'state', isLive: true });
    }
    for (const [known, { heardAt }] of this.#tabs) {
      if (now - heardAt > LOST_MILLISECONDS) this.#tabs.delete(known);
    }
    this.#connection.actFor([...this.#tabs.values()].map(({ acting }) => acting));
    if (word.kind === 'again') this.#connection.again();
  }
}
