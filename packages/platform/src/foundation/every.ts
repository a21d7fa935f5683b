import type { Log } from './log.ts';

/** Work that is done at once and then again after each pause, never twice at a time. */
export class Every {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void>;
  private isStopped = false;

  /** A failure is a warning with the words `onFailure`: the next round tries again. */
  constructor(seconds: number, log: Log, onFailure: string, work: () => Promise<void>) {
    const round = async (): Promise<void> => {
      await work().catch((err: unknown) => log.warn({ err }, onFailure));
      if (!this.isStopped) this.timer = setTimeout(() => this.start(round), seconds * 1000);
    };
    this.running = round();
  }

  private start(round: () => Promise<void>): void {
    this.running = round();
  }

  /** Resolves when the round under way is done; there is none after it. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    await this.running;
  }
}
