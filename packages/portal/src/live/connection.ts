// The one connection by which a browser is told of changes. It stands in a shared worker for all tabs, or in the tab
// itself where there are no shared workers; so it knows nothing of pages.
//
// States: closed (no page is open) -> opening -> live <-> lost, as far as the browser tries again by itself -> refused,
// when the server says no: then it is tried again after a pause that grows, and the pages ask who is signed in.

export type LiveNews =
  | { readonly kind: 'state'; readonly isLive: boolean }
  /** The data of an event `changed`, as it came. */
  | { readonly kind: 'changed'; readonly changes: unknown }
  /** Something may have changed that was not told. */
  | { readonly kind: 'everything' }
  /** The session or a right is not what it was. */
  | { readonly kind: 'access' };

const FIRST_PAUSE_MILLISECONDS = 2_000;
const LONGEST_PAUSE_MILLISECONDS = 30_000;
/** Two heartbeats may be late; the third one says that nothing comes through. */
const SILENT_HEARTBEATS = 2.5;

interface Opened {
  readonly isResumed: boolean;
  readonly heartbeatSeconds: number;
}

export class LiveConnection {
  readonly #tell: (news: LiveNews) => void;
  #actings = '';
  #source: EventSource | undefined;
  /** Where it resumes: at first now, since the pages load at the same time. */
  #after = new Date().toISOString();
  #heartbeatSeconds = 15;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #pause = FIRST_PAUSE_MILLISECONDS;

  constructor(tell: (news: LiveNews) => void) {
    this.#tell = tell;
  }

  get isLive(): boolean {
    return this.#source !== undefined && this.#source.readyState === EventSource.OPEN;
  }

  /** For whom the pages act now, in any order; the connection is made anew when they are others. */
  actFor(actings: Iterable<string>): void {
    const wanted = [...new Set(actings)].sort().join();
    if (wanted === this.#actings) return;
    this.#actings = wanted;
    this.#open();
  }

  /** Tries again at once: somebody signed in. */
  again(): void {
    this.#pause = FIRST_PAUSE_MILLISECONDS;
    if (!this.isLive) this.#open();
  }

  #open(): void {
    this.#close();
    if (this.#actings === '') return;
    const query = new URLSearchParams({ for: this.#actings, after: this.#after });
    const source = new EventSource(`/api/v1/events?${query}`);
    this.#source = source;
    this.#expect();
    source.addEventListener('open', () => this.#expect());
    source.addEventListener('error', () => {
      this.#tell({ kind: 'state', isLive: false });
      // else the browser connects again by itself
      if (source.readyState === EventSource.CLOSED) this.#refused();
    });
    this.#on(source, 'open', (data) => {
      const { isResumed, heartbeatSeconds } = data as Opened;
      this.#heartbeatSeconds = heartbeatSeconds;
      this.#pause = FIRST_PAUSE_MILLISECONDS;
      this.#tell({ kind: 'state', isLive: true });
      if (!isResumed) this.#tell({ kind: 'everything' });
    });
    this.#on(source, 'changed', (changes) => this.#tell({ kind: 'changed', changes }));
    this.#on(source, 'beat', () => undefined);
    this.#on(source, 'end', (data) => {
      if ((data as { reason: string }).reason !== 'access-changed') return;
      this.#refused();
    });
  }

  /** The browser's own `open` has no data; the server's has. */
  #on(source: EventSource, name: string, take: (data: unknown) => void): void {
    source.addEventListener(name, (event) => {
      if (!(event instanceof MessageEvent) || source !== this.#source) return;
      if (event.lastEventId !== '') this.#after = event.lastEventId;
      this.#expect();
      take(JSON.parse(String(event.data)));
    });
  }

  #refused(): void {
    this.#close();
    this.#tell({ kind: 'state', isLive: false });
    this.#tell({ kind: 'access' });
    this.#retry = setTimeout(() => this.#open(), this.#pause);
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE_MILLISECONDS);
  }

  /** A connection through which nothing comes looks open to the browser, for a quarter of an hour. */
  #expect(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(
      () => {
        this.#tell({ kind: 'state', isLive: false });
        this.#open();
      },
      this.#heartbeatSeconds * SILENT_HEARTBEATS * 1_000,
    );
  }

  #close(): void {
    clearTimeout(this.#silence);
    clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = undefined;
  }
}
