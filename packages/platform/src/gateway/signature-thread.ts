/**
 * Verifies signatures in a thread of its own, for a gateway that is one process on a machine with more processors: the
 * arithmetic is a quarter of what its thread has to do for a message.
 *
 * What it does: what one turn of the event loop brings goes over as one batch, so that the hand-over costs next to
 * nothing for each; a few are verified on the spot, since they are not worth waking a thread. What it does not: decide
 * whose key it is, or compare digests. What always holds: a signature is valid only when this thread or the other said
 * so of its own bytes and its own key; what a thread that ended has not answered is verified here.
 */
import { type KeyObject, verify } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { Log } from '../foundation/log.ts';
import type { SignatureAnswers, SignatureBatch } from './signature-batch.ts';

/** Fewer are verified on the spot. */
const WORTH_A_HANDOVER = 4;
/** Keys that the thread is told; then it forgets all and is told anew. A certificate's is some 100 bytes. */
const MOST_KEYS = 100_000;
/** After a thread ended by itself, for this long all is verified on the spot. */
const PAUSE_MILLISECONDS = 10_000;

interface Waiting {
  readonly signed: Uint8Array;
  readonly key: KeyObject;
  readonly signature: Uint8Array;
  readonly resolve: (isValid: boolean) => void;
  readonly reject: (error: unknown) => void;
}

export interface SignatureThreadParts {
  readonly log: Log;
  /** Starts a thread that answers as signature-worker.ts does. */
  readonly start?: () => Worker;
}

function startThread(): Worker {
  return new Worker(new URL('./signature-worker.ts', import.meta.url), { name: 'signatures' });
}

export class SignatureThread {
  readonly #log: Log;
  readonly #start: () => Worker;
  readonly #underWay: (readonly Waiting[])[] = [];
  #waiting: Waiting[] = [];
  #keys = new Map<KeyObject, number>();
  #thread: Worker | undefined;
  #pausedUntil = 0;

  constructor({ log, start = startThread }: SignatureThreadParts) {
    this.#log = log;
    this.#start = start;
  }

  /** Whether `signature` (DER) is of `signed` and `key`. Rejects when node:crypto throws. */
  readonly verify = (signed: Uint8Array, key: KeyObject, signature: Uint8Array): Promise<boolean> =>
    new Promise((resolve, reject) => {
      this.#waiting.push({ signed, key, signature, resolve, reject });
      // what this turn of the event loop brings goes together
      if (this.#waiting.length === 1) setImmediate(() => this.#send());
    });

  /** Ends the thread. What is under way is verified here. */
  async close(): Promise<void> {
    this.#pausedUntil = Number.POSITIVE_INFINITY;
    await this.#lose(this.#thread);
  }

  #send(): void {
    const batch = this.#waiting;
    this.#waiting = [];
    const thread = batch.length < WORTH_A_HANDOVER ? undefined : this.#runningThread();
    if (thread === undefined) {
      verifyHere(batch);
      return;
    }
    const asked = this.#batchOf(batch);
    this.#underWay.push(batch);
    thread.postMessage(asked, [asked.bytes.buffer as ArrayBuffer, asked.numbers.buffer as ArrayBuffer]);
  }

  #runningThread(): Worker | undefined {
    if (this.#thread !== undefined || performance.now() < this.#pausedUntil) return this.#thread;
    const thread = this.#start();
    this.#thread = thread;
    this.#keys = new Map();
    thread.on('message', (answers: SignatureAnswers) => this.#take(thread, answers));
    thread.on('error', (err) => this.#fail(thread, err));
    thread.on('exit', (code) => this.#fail(thread, new Error(`the thread ended with ${code}`)));
    return thread;
  }

  #batchOf(batch: readonly Waiting[]): SignatureBatch {
    const numbers = new Uint32Array(batch.length * 3);
    const bytes = new Uint8Array(batch.reduce((sum, one) => sum + one.signed.length + one.signature.length, 0));
    const keys: [number, KeyObject][] = [];
    if (this.#keys.size > MOST_KEYS) this.#keys = new Map();
    let at = 0;
    batch.forEach(({ signed, key, signature }, index) => {
      let number = this.#keys.get(key);
      if (number === undefined) {
        number = this.#keys.size;
        this.#keys.set(key, number);
        keys.push([number, key]);
      }
      numbers.set([number, signed.length, signature.length], index * 3);
      bytes.set(signed, at);
      bytes.set(signature, at + signed.length);
      at += signed.length + signature.length;
    });
    return { bytes, numbers, keys };
  }

  #take(thread: Worker, answers: SignatureAnswers): void {
    if (this.#thread !== thread) return;
    const batch = this.#underWay[0] ?? [];
    if (answers.length !== batch.length) {
      this.#fail(thread, new Error(`${answers.length} answers on ${batch.length} signatures`));
      return;
    }
    this.#underWay.shift();
    batch.forEach((one, index) => {
      // what the thread could not tell, node:crypto says here, with its error
      if (answers[index] === 2) verifyHere([one]);
      else one.resolve(answers[index] === 1);
    });
  }

  #fail(thread: Worker, err: Error): void {
    if (this.#thread !== thread) return;
    this.#log.warn({ err }, 'the thread that verifies signatures ended; they are verified beside the rest for a while');
    this.#pausedUntil = performance.now() + PAUSE_MILLISECONDS;
    void this.#lose(thread);
  }

  async #lose(thread: Worker | undefined): Promise<void> {
    this.#thread = undefined;
    for (const batch of this.#underWay.splice(0)) verifyHere(batch);
    await thread?.terminate();
  }
}

function verifyHere(batch: readonly Waiting[]): void {
  for (const { signed, key, signature, resolve, reject } of batch) {
    try {
      resolve(verify('sha256', signed, key, signature));
    } catch (error) {
      reject(error);
    }
  }
}
