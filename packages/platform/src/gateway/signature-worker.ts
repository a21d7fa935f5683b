/** The thread of signature-thread.ts: answers each batch with whether its signatures are valid. */
import { type KeyObject, verify } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import type { SignatureBatch } from './signature-batch.ts';

const known = new Map<number, KeyObject>();

function answer(signed: Uint8Array, key: KeyObject | undefined, signature: Uint8Array): number {
  if (key === undefined) return 2;
  try {
    return verify('sha256', signed, key, signature) ? 1 : 0;
  } catch {
    return 2;
  }
}

parentPort?.on('message', ({ bytes, numbers, keys }: SignatureBatch) => {
  for (const [number, key] of keys) known.set(number, key);
  const answers = new Uint8Array(numbers.length / 3);
  let at = 0;
  for (let index = 0; index < answers.length; index++) {
    const [key = 0, signed = 0, signature = 0] = numbers.subarray(index * 3);
    answers[index] = answer(
      bytes.subarray(at, at + signed),
      known.get(key),
      bytes.subarray(at + signed, at + signed + signature),
    );
    at += signed + signature;
  }
  parentPort?.postMessage(answers, [answers.buffer]);
});
