// A tab's way to what is told of changes.
import { changeSchema } from '@penstock/api/schemas';
import { z } from 'zod';
import type { LiveNews } from './connection.ts';
import { HERE_MILLISECONDS, Tabs, type TabWord } from './tabs.ts';

const changesSchema = z.array(changeSchema);
export type LiveChange = z.infer<typeof changeSchema>;

export interface LiveListener {
  state(isLive: boolean): void;
  /** What changed for whom this tab acts; 'everything': more than is known. */
  changed(changes: readonly LiveChange[] | 'everything'): void;
  access(): void;
}

export interface LiveClient {
  /** Somebody signed in: what was refused may be allowed now. */
  again(): void;
  /** Not for this tab any more. */
  end(): void;
}

/** Listens for the tab, acting for one User or the Operator. */
export function openLive(acting: string, listener: LiveListener): LiveClient {
  const hear = (news: LiveNews) => {
    if (news.kind === 'state') listener.state(news.isLive);
    if (news.kind === 'everything') listener.changed('everything');
    if (news.kind === 'access') listener.access();
    if (news.kind === 'changed') {
      const changes = changesSchema.safeParse(news.changes);
      // a server that is newer than this page tells of what the page does not know
      if (!changes.success) listener.changed('everything');
      else listener.changed(changes.data.filter((change) => change.for === acting));
    }
  };
  const { say, close } = connect(hear);
  const here = () => say({ kind: 'here', acting });
  const gone = () => say({ kind: 'gone' });
  here();
  const timer = setInterval(here, HERE_MILLISECONDS);
  // a page that is kept for the way back is gone until then
  globalThis.addEventListener('pagehide', gone);
  globalThis.addEventListener('pageshow', here);
  return {
    again: () => say({ kind: 'again' }),
    end: () => {
      clearInterval(timer);
      globalThis.removeEventListener('pagehide', gone);
      globalThis.removeEventListener('pageshow', here);
      gone();
      close();
    },
  };
}

function connect(hear: (news: LiveNews) => void): { say: (word: TabWord) => void; close: () => void } {
  if (typeof SharedWorker === 'undefined') {
    // mobile browsers: each tab has its own
    const tabs = new Tabs();
    const self = { postMessage: hear };
    return { say: (word) => tabs.hear(self, word), close: () => undefined };
  }
  const { port } = new SharedWorker(new URL('./live-worker.ts', import.meta.url), { type: 'module', name: 'penstock' });
  port.onmessage = ({ data }: MessageEvent<LiveNews>) => hear(data);
  return { say: (word) => port.postMessage(word), close: () => port.close() };
}
