/**
 * Validates messages against the official DUIS schema, which the Operator supplies, in a thread of its own.
 *
 * What it does: gathers messages that wait into batches for schema-worker.ts, and starts another thread when one ends.
 * What it does not: decide anything; the intake refuses what is not valid. What always holds: every message gets a
 * verdict or the failure service.not-ready, never 'valid' for want of an answer; at most MOST_WAITING wait.
 *
 * Measured on 2 cores, both busy with others, with the 223 request templates (mean 3.2 kB), from 64 callers at a time:
 * 57 us CPU a message in both threads together (libxml2 alone 48), 3 to 6 us of it on the intake's own thread; a lone
 * caller waits 90 us and costs 100 us, 21 of them here.
 */
import { Worker } from 'node:worker_threads';
import { PenstockError } from '../foundation/errors.ts';
import type { Log } from '../foundation/log.ts';
import type { SchemaValidator } from './intake.ts';
import { readSchemaFiles, SCHEMA_SETTING, type SchemaAnswer, type SchemaBatch, schemaFault } from './schema-files.ts';

/** Verdicts under way; above it the sender is told to try again. */
const MOST_WAITING = 1_000;
/** A batch ends at so many messages, or with the message that makes it reach so many bytes. */
const BATCH_MESSAGES = 64;
const BATCH_BYTES = 1024 * 1024;
/** While the thread works on one batch the next already lies before it. */
const BATCHES_UNDER_WAY = 2;
/** Threads that are started within a minute; above it no more until one of them is older. */
const MOST_STARTS = 5;
const STARTS_WINDOW_MS = 60_000;
/** The worst message that was found takes 0.7 s; compiling the schema takes 0.2 s. */
const ANSWER_WITHIN_MS = 30_000;
/** Memory of the thread besides that of libxml2; a message of 14 MB with errors everywhere takes 80 MB. */
const THREAD_HEAP_MB = 256;

export interface ClosableSchemaValidator extends SchemaValidator {
  /** Resolves when the messages that wait have their verdicts and the thread has ended; takes no more from the call. */
  close(): Promise<void>;
}

interface Waiting {
  readonly bytes: Uint8Array;
  readonly resolve: (complaint: string | undefined) => void;
  readonly reject: (failure: PenstockError) => void;
}

export interface SupervisedSchemaParts {
  /** Starts a thread that answers as schema-worker.ts does. */
  readonly start: () => Worker;
  readonly log: Log;
  /** Milliseconds of a clock that only rises. */
  readonly elapsed: () => number;
  readonly answerWithinMs: number;
}

/** Compiles the schema in `folder` and keeps it ready. Rejects with PenstockError config.invalid that says why not. */
export async function openSchemaValidator(folder: string, log: Log): Promise<ClosableSchemaValidator> {
  const files = await readSchemaFiles(folder);
  const start = () =>
    new Worker(new URL('./schema-worker.ts', import.meta.url), {
      name: 'duis-schema',
      workerData: files,
      resourceLimits: { maxOldGenerationSizeMb: THREAD_HEAP_MB },
    });
  const validator = new SupervisedSchemaValidator({
    start,
    log,
    elapsed: () => performance.now(),
    answerWithinMs: ANSWER_WITHIN_MS,
  });
  await validator.open();
  return validator;
}

const notReady = (detail: string, cause?: unknown) => new PenstockError('service.not-ready', { detail, cause });

/**
 * The thread is starting (its timer runs, messages wait), ready (batches go to it; the timer runs while it works on
 * any), or gone: then what waited has failed, and the next message starts another while fewer than MOST_STARTS were
 * started within the last minute.
 */
export class SupervisedSchemaValidator implements ClosableSchemaValidator {
  private readonly parts: SupervisedSchemaParts;
  private readonly opening = Promise.withResolvers<void>();
  private closing: PromiseWithResolvers<void> | undefined;
  private readonly waiting: Waiting[] = [];
  private readonly underWay: Waiting[][] = [];
  private messagesUnderWay = 0;
  private thread: Worker | undefined;
  private isReady = false;
  /** Whether a first thread was ready. */
  private isOpen = false;
  private starts: number[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(parts: SupervisedSchemaParts) {
    this.parts = parts;
  }

  /** Starts the first thread. Rejects with config.invalid when it refuses the schema or ends. */
  open(): Promise<void> {
    this.start();
    return this.opening.promise;
  }

  validate(bytes: Uint8Array): Promise<string | undefined> {
    return new Promise((resolve, reject) => {
      if (this.closing !== undefined) throw notReady('this process is stopping');
      if (this.waiting.length + this.messagesUnderWay >= MOST_WAITING) {
        throw notReady('too many messages wait for their validation');
      }
      if (this.thread === undefined) {
        if (!this.mayStart()) throw notReady('messages cannot be validated for some seconds');
        this.start();
      }
      this.waiting.push({ bytes, resolve, reject });
      this.send();
    });
  }

  close(): Promise<void> {
    this.closing ??= Promise.withResolvers();
    this.closeWhenIdle();
    return this.closing.promise;
  }

  private mayStart(): boolean {
    const from = this.parts.elapsed() - STARTS_WINDOW_MS;
    this.starts = this.starts.filter((instant) => instant > from);
    return this.starts.length < MOST_STARTS;
  }

  private start(): void {
    this.starts.push(this.parts.elapsed());
    const thread = this.parts.start();
    this.thread = thread;
    this.isReady = false;
    thread.on('message', (answer: SchemaAnswer) => this.take(thread, answer));
    thread.on('error', (error) => this.lose(thread, error));
    thread.on('exit', (code) => this.lose(thread, new Error(`the thread ended with ${code}`)));
    this.watch(thread);
  }

  private take(thread: Worker, answer: SchemaAnswer): void {
    if (this.thread !== thread) return;
    if (answer.type === 'refused') {
      this.lose(thread, new PenstockError('config.invalid', { detail: answer.detail, where: SCHEMA_SETTING }));
      return;
    }
    if (answer.type === 'ready') {
      this.isReady = true;
      this.isOpen = true;
      this.opening.resolve();
    } else {
      const batch = this.underWay[0] ?? [];
      if (answer.verdicts.length !== batch.length) {
        this.lose(thread, new Error(`${answer.verdicts.length} verdicts on ${batch.length} messages`));
        return;
      }
      this.underWay.shift();
      this.messagesUnderWay -= batch.length;
      for (const [index, one] of batch.entries()) one.resolve(answer.verdicts[index]);
    }
    this.watch(thread);
    this.send();
    this.closeWhenIdle();
  }

  private send(): void {
    const { thread } = this;
    if (thread === undefined || !this.isReady) return;
    while (this.waiting.length > 0 && this.underWay.length < BATCHES_UNDER_WAY) {
      const batch = this.nextBatch();
      this.underWay.push(batch);
      this.messagesUnderWay += batch.length;
      // one copy, given away: cloning a view would copy all of the memory that it is a view of
      const bytes = new Uint8Array(batch.reduce((sum, one) => sum + one.bytes.length, 0));
      let at = 0;
      for (const one of batch) {
        bytes.set(one.bytes, at);
        at += one.bytes.length;
      }
      const asked: SchemaBatch = { bytes, lengths: batch.map((one) => one.bytes.length) };
      thread.postMessage(asked, [bytes.buffer]);
      if (this.underWay.length === 1) this.watch(thread);
    }
  }

  private nextBatch(): Waiting[] {
    let count = 0;
    for (let bytes = 0; count < Math.min(this.waiting.length, BATCH_MESSAGES) && bytes < BATCH_BYTES; count += 1) {
      bytes += this.waiting[count]?.bytes.length ?? 0;
    }
    return this.waiting.splice(0, count);
  }

  /** Gives the thread its time anew for what it is at, if anything. */
  private watch(thread: Worker): void {
    clearTimeout(this.timer);
    if (this.isReady && this.underWay.length === 0) return;
    const overdue = () => this.lose(thread, new Error(`no answer within ${this.parts.answerWithinMs} ms`));
    this.timer = setTimeout(overdue, this.parts.answerWithinMs);
  }

  private lose(thread: Worker, cause: Error): void {
    if (this.thread !== thread) return;
    this.thread = undefined;
    clearTimeout(this.timer);
    void thread.terminate();
    const lost = [...this.underWay.splice(0).flat(), ...this.waiting.splice(0)];
    this.messagesUnderWay = 0;
    for (const one of lost) one.reject(notReady('the validation of messages ended', cause));
    if (this.isOpen) this.logLoss(cause, lost.length);
    else this.opening.reject(cause instanceof PenstockError ? cause : schemaFault('it cannot be compiled', cause));
    this.closeWhenIdle();
  }

  private logLoss(err: Error, messages: number): void {
    const { log } = this.parts;
    if (this.mayStart()) log.warn({ err, messages }, 'the schema validation ended, the next message starts it again');
    else log.error({ err, messages }, 'the schema validation ended too often and pauses for up to a minute');
  }

  private closeWhenIdle(): void {
    const { closing, thread } = this;
    if (closing === undefined || this.waiting.length + this.underWay.length > 0) return;
    this.thread = undefined;
    clearTimeout(this.timer);
    if (thread === undefined) closing.resolve();
    else void thread.terminate().then(() => closing.resolve());
  }
}
