import type { ChildProcess } from 'node:child_process';
import { startChild, stopChild } from '../harness/child.ts';
import type { InsistingReport, LoadCommand, PhaseReport } from './protocol.ts';

/** The load generator, as the bench sees it. */
export class LoadGenerator {
  readonly #child: ChildProcess;
  readonly #open = new Map<number, PromiseWithResolvers<unknown>>();
  #last = 0;

  constructor(options: { port: number; authorityFile: string; logFile: string }) {
    this.#child = startChild({
      script: 'bench/load/main.ts',
      args: [String(options.port), options.authorityFile],
      logFile: options.logFile,
      commanded: true,
    });
    this.#child.on('message', (answer: { number: number; ok?: unknown; error?: string }) => {
      const open = this.#open.get(answer.number);
      this.#open.delete(answer.number);
      if (answer.error === undefined) open?.resolve(answer.ok);
      else open?.reject(new Error(`load generator: ${answer.error}`));
    });
    this.#child.once('exit', (code) => {
      for (const open of this.#open.values()) {
        open.reject(new Error(`the load generator ended with ${code}; see ${options.logFile}`));
      }
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** How many messages it has now. */
  read(files: readonly string[]): Promise<number> {
    return this.#ask({ kind: 'read', files });
  }

  closed(connections: number, seconds: number): Promise<PhaseReport> {
    return this.#ask({ kind: 'closed', connections, seconds });
  }

  open(options: { connections: number; perSecond: number; seconds: number }): Promise<PhaseReport> {
    return this.#ask({ kind: 'open', ...options });
  }

  /** How many were acknowledged. */
  writeAcknowledged(file: string): Promise<number> {
    return this.#ask({ kind: 'write-acknowledged', file });
  }

  beginInsisting(options: { connections: number; perSecond: number }): Promise<void> {
    return this.#ask({ kind: 'begin-insisting', ...options });
  }

  /** Epoch milliseconds of the first acknowledgement of a message sent after this instant. */
  firstAcknowledged(sentAfter: number): Promise<number> {
    return this.#ask({ kind: 'first-acknowledged', sentAfter });
  }

  endInsisting(): Promise<InsistingReport> {
    return this.#ask({ kind: 'end-insisting' });
  }

  stop(): Promise<void> {
    return stopChild(this.#child);
  }

  #ask<Result>(command: LoadCommand): Promise<Result> {
    const number = ++this.#last;
    const open = Promise.withResolvers<unknown>();
    this.#open.set(number, open);
    this.#child.send({ number, command });
    return open.promise as Promise<Result>;
  }
}
