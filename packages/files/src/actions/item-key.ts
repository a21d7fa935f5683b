/**
 * What an item is: a message that an event holds. A message is named by its message_id; where one event holds several
 * of one message_id (responses repeat it), or where it has none (alerts), by the SHA-256 of its bytes.
 */
import type { ItemTable } from './item-table.ts';

/** All normalised; an empty text stands for what is not given, and one of the last two is. */
export interface ItemName {
  readonly event: string;
  readonly messageId: string;
  readonly sha256: string;
}

const kind = { byMessageId: 1, byMessageIdAndBytes: 2, byBytes: 3 } as const;
/** Three words hold the 20 digits of an event or a counter. */
const DIGITS_A_WORD = 7;

function digitOf(code: number): number {
  // '0' to '9', 'A' to 'F', 'a' to 'f'
  return code <= 57 ? code - 48 : (code & 15) + 9;
}

/** Eight hex digits, `step` characters from one pair to the next. */
function hexWord(text: string, at: number, step: number): number {
  let word = 0;
  for (let pair = 0; pair < 4; pair += 1) {
    const from = at + pair * step;
    word = (word << 8) | (digitOf(text.charCodeAt(from)) << 4) | digitOf(text.charCodeAt(from + 1));
  }
  return word;
}

function putDecimal(key: Uint32Array, at: number, text: string, from: number): void {
  for (let word = 0, end = text.length; word < 3; word += 1, end -= DIGITS_A_WORD) {
    let value = 0;
    for (let digit = Math.max(from, end - DIGITS_A_WORD); digit < end; digit += 1) {
      value = value * 10 + text.charCodeAt(digit) - 48;
    }
    key[at + word] = value;
  }
}

function putSha256(words: Uint32Array, at: number, sha256: string): void {
  for (let word = 0; word < 8; word += 1) words[at + word] = hexWord(sha256, word * 8, 2);
}

/** Puts event and message_id into the table's key, and the SHA-256 beside it; zeros when none is given. */
export function setMessageIdKey({ key, digest }: ItemTable, { event, messageId, sha256 }: ItemName): void {
  key[0] = kind.byMessageId;
  putDecimal(key, 1, event, 0);
  // two EUI-64s, each 23 characters and a colon
  for (let half = 0; half < 4; half += 1) key[4 + half] = hexWord(messageId, (half >> 1) * 24 + (half & 1) * 12, 3);
  putDecimal(key, 8, messageId, 48);
  key[11] = 0;
  if (sha256 === '') digest.fill(0);
  else putSha256(digest, 0, sha256);
}

/** Puts the SHA-256 into the table's key, with the entry that stands for event and message_id. */
export function setBytesKey({ key }: ItemTable, entry: number, { sha256 }: ItemName): void {
  key.fill(0);
  key[0] = kind.byMessageIdAndBytes;
  key[1] = entry;
  putSha256(key, 2, sha256);
}

/** Puts event and SHA-256 of a message without message_id into the table's key. */
export function setNamelessKey({ key }: ItemTable, { event, sha256 }: ItemName): void {
  key[0] = kind.byBytes;
  putDecimal(key, 1, event, 0);
  putSha256(key, 4, sha256);
}
