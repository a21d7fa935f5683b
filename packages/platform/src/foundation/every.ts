import type { Log } from './log.ts';

/** Work that is done at once and then again after each pause, never twice at a time. */
export class Every {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void>;
  private readonly stopping = new AbortController();

  /**
   * A failure is a warning with the words `onFailure`: the next round tries again. What takes long looks at the signal,
   * which says that the round is to end soon.
   */
  constructor(seconds: number, log: Log, onFailure: string, work: (stop: AbortSignal) => Promise<void>) {
    const round = async (): Promise<void> => {
      await work(this.stopping.signal).catch((err: unknown) => log.warn({ err }, onFailure));
      if (!this.stopping.signal.aborted) this.timer = setTimeout(() => this.start(round), seconds * 1000);
    };
    this.running = round();
  }

  private start(round: () => Promise<void>): void {
    this.running = round();
  }

  /** Resolves when the round under way is done; there is none after it. */
  async stop(): Promise<void> {
    this.stopping.abort();
    clearTimeout(this.timer);
    await this.running;
  }
}
