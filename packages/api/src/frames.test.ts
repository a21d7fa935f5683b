import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeFrames, encodeFrames, type Frame, FrameDecoder, FrameError, type FrameErrorCode } from './frames.ts';

const key = fc.stringMatching(/^[a-z][a-z0-9-]{0,31}$/).filter((name) => name !== 'length');
const value = fc.stringMatching(/^[\x21-\x7e]{1,40}$/);
const frame: fc.Arbitrary<Frame> = fc.record({
  header: fc.dictionary(key, value, { maxKeys: 6 }),
  body: fc.uint8Array({ maxLength: 300 }),
});
const frames = fc.array(frame, { maxLength: 8 });

const plain = (list: readonly Frame[]) =>
  list.map(({ header, body }) => ({ header: { ...header }, body: Buffer.from(body).toString('hex') }));

function codeOf(action: () => unknown): FrameErrorCode {
  try {
    action();
  } catch (error) {
    if (error instanceof FrameError) return error.code;
    throw error;
  }
  throw new Error('nothing was refused');
}
const decodeText = (text: string, limits?: Parameters<typeof decodeFrames>[1]) =>
  decodeFrames(Buffer.from(text, 'latin1'), limits);

describe('frames', () => {
  test('what is encoded is decoded again, whatever the headers and bytes', () => {
    fc.assert(
      fc.property(frames, (list) => {
        expect(plain(decodeFrames(encodeFrames(list)))).toEqual(plain(list));
      }),
    );
  });

  test('the cutting into chunks does not matter, and a frame comes out with its last byte', () => {
    fc.assert(
      fc.property(frames, fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }), (list, sizes) => {
        const bytes = encodeFrames(list);
        const decoder = new FrameDecoder();
        const out: Frame[] = [];
        for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1;
          out.push(...decoder.push(bytes.subarray(at, at + size)));
          at += size;
        }
        expect(out.length).toBe(list.length);
        decoder.end();
        expect(plain(out)).toEqual(plain(list));
      }),
    );
  });

  test('any cut-off end is refused, never taken for less', () => {
    fc.assert(
      fc.property(frame, fc.nat(), (one, cut) => {
        const bytes = encodeFrames([one]);
        const kept = 1 + (cut % (bytes.length - 1));
        expect(codeOf(() => decodeFrames(bytes.subarray(0, kept)))).toBe('frames.truncated');
      }),
    );
  });

  test('arbitrary bytes give frames or a FrameError, nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        try {
          decodeFrames(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError);
        }
      }),
    );
  });

  test.each<[string, FrameErrorCode]>([
    ['user=A length=1\nxy', 'frames.body.unterminated'],
    ['user=A\nx\n', 'frames.length.malformed'],
    ['user=A length=01\nx\n', 'frames.length.malformed'],
    ['user=A length=-1\nx\n', 'frames.length.malformed'],
    ['length=99999999999\n', 'frames.length.malformed'],
    ['length=9999999999\n', 'frames.body.too-long'],
    ['user=A user=B length=0\n\n', 'frames.header.duplicate'],
    ['user=A  length=0\n\n', 'frames.header.malformed'],
    ['user= length=0\n\n', 'frames.header.malformed'],
    ['User=A length=0\n\n', 'frames.header.malformed'],
    ['length=0 length=0\n\n', 'frames.header.malformed'],
    ['user=\u00e9 length=0\n\n', 'frames.header.malformed'],
    [`user=${'A'.repeat(1100)} length=0\n\n`, 'frames.header.too-long'],
    ['length=0\n\nlength=3\nab', 'frames.truncated'],
  ])('%j is refused', (text, code) => {
    expect(codeOf(() => decodeText(text))).toBe(code);
  });

  test('limits hold on both sides, and the error says where', () => {
    const limits = { headerBytes: 20, bodyBytes: 4, frames: 2 };
    const body = Buffer.from('abcde');
    expect(codeOf(() => encodeFrames([{ header: {}, body }], limits))).toBe('frames.body.too-long');
    expect(codeOf(() => encodeFrames([{ header: { user: 'A'.repeat(30) }, body: body.subarray(1) }], limits))).toBe(
      'frames.header.too-long',
    );
    const three = Array.from({ length: 3 }, () => ({ header: {}, body: new Uint8Array() }));
    expect(codeOf(() => encodeFrames(three, limits))).toBe('frames.too-many');
    expect(codeOf(() => decodeFrames(encodeFrames(three), limits))).toBe('frames.too-many');
    expect(() => decodeText('length=0\n\nlength=5\nabcde\n', limits)).toThrow(/frame at byte 10/);
  });

  test.each([
    [{ length: '3' }],
    [{ 'two words': 'x' }],
    [{ user: 'two words' }],
    [{ user: '' }],
    [{ user: 'line\nfeed' }],
  ])('a header that cannot be carried is refused when it is written: %j', (header) => {
    expect(codeOf(() => encodeFrames([{ header, body: new Uint8Array() }]))).toBe('frames.header.malformed');
  });

  test('a fact that is not there is undefined, whatever it is called', () => {
    const [one] = decodeText('length=0\n\n');
    expect(one?.header.constructor).toBeUndefined();
  });
});
