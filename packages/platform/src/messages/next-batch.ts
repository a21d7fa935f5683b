/** Which of the messages that wait make the next batch of a lane. */
import type { Eui } from '@penstock/duis';
import type { NewMessage } from './message.ts';

/** Above this COPY would be quicker than one call with arrays, and one transaction would hold the lane too long. */
const MOST_MESSAGES = 1_000;
/** Rows of named_device; a firmware update may name 50,000 devices, and the lane is locked while they are written. */
const MOST_DEVICES = 20_000;
/** Bytes of the bodies of one batch; firmware is up to 13.7 MB a message. */
const MOST_BYTES = 32 * 1024 * 1024;

/** A message that waits to be recorded, and by which version of the directory it was judged. */
export interface Judged {
  readonly message: NewMessage;
  readonly directoryVersion: bigint;
}

/**
 * Takes the next batch out of `waiting`: within the limits, of one directory version, each key once. What does not fit
 * waits for the next one (the second of a RequestID finds the first recorded there), and so does everything behind it
 * of the same User, whose order is kept; likewise that of `passOver`. What is left is returned beside it, in order.
 */
export function takeBatch<One extends Judged>(
  waiting: readonly One[],
  passOver: ReadonlySet<Eui>,
): { readonly batch: One[]; readonly left: One[] } {
  const batch: One[] = [];
  const left: One[] = [];
  const keys = new Set<string>();
  const passedOver = new Set<Eui>(passOver);
  let version: bigint | undefined;
  let bytes = 0;
  let devices = 0;
  for (const one of waiting) {
    const { message } = one;
    const isWithin =
      batch.length === 0 ||
      (batch.length < MOST_MESSAGES &&
        bytes + message.bytes.length <= MOST_BYTES &&
        devices + message.devices.length <= MOST_DEVICES);
    const isOfVersion = version === undefined || one.directoryVersion === version;
    const key = keyOf(message);
    if (isWithin && isOfVersion && !keys.has(key) && !passedOver.has(message.userId)) {
      version = one.directoryVersion;
      batch.push(one);
      bytes += message.bytes.length;
      devices += message.devices.length;
      keys.add(key);
    } else {
      left.push(one);
      passedOver.add(message.userId);
    }
  }
  return { batch, left };
}

/** What record_batch takes once a batch: a request by its RequestID, what comes back by its bytes. */
function keyOf({ direction, userId, target, counter, sha256 }: NewMessage): string {
  return direction === 'southbound' ? `${userId}/${target}/${counter}` : sha256.toString('latin1');
}
