/** Writes DER. */
import { Buffer } from 'node:buffer';
import { tag } from './der.ts';

export function write(tagByte: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  if (content.length < 0x80) return Buffer.concat([Buffer.of(tagByte, content.length), content]);
  const size = Math.ceil((32 - Math.clz32(content.length)) / 8);
  const length = Buffer.alloc(size);
  length.writeUIntBE(content.length, 0, size);
  return Buffer.concat([Buffer.of(tagByte, 0x80 | size), length, content]);
}

export const writeSequence = (...contents: readonly Uint8Array[]): Buffer => write(tag.sequence, ...contents);

/** The elements in the order of their encodings, as DER has it. */
export function writeSet(elements: readonly Uint8Array[], tagByte: number = tag.set): Buffer {
  return write(tagByte, ...elements.toSorted(Buffer.compare));
}

/** A number from 0 to 127. */
export const writeSmallInteger = (value: number): Buffer => write(tag.integer, Buffer.of(value));

export function writeObjectIdentifier(dotted: string): Buffer {
  const [top = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [top * 40 + second, ...rest].flatMap((arc) => {
    const groups = [arc & 0x7f];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
      groups.unshift((left & 0x7f) | 0x80);
    return groups;
  });
  return write(tag.objectIdentifier, Buffer.from(bytes));
}

/** UTCTime until 2049, GeneralizedTime after. */
export function writeTime(time: Date): Buffer {
  const digits = `${time.toISOString().replace(/\.[0-9]+Z$|[-:T]/g, '')}Z`;
  return time.getUTCFullYear() < 2050
    ? write(tag.utcTime, Buffer.from(digits.slice(2), 'latin1'))
    : write(tag.generalizedTime, Buffer.from(digits, 'latin1'));
}
