import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ResponseReader } from './http-response.ts';

interface Written {
  readonly status: number;
  readonly body: Uint8Array;
  readonly closes: boolean;
}

const written: fc.Arbitrary<Written> = fc.record({
  status: fc.constantFrom(200, 204, 400, 503),
  body: fc.uint8Array({ maxLength: 300 }),
  closes: fc.boolean(),
});

function bytesOf({ status, body, closes }: Written): Buffer {
  const length = status === 204 ? '' : `Content-Length: ${body.length}\r\n`;
  const head = `HTTP/1.1 ${status} Some Words\r\nDate: now\r\n${length}${closes ? 'connection: close\r\n' : ''}\r\n`;
  return Buffer.concat([Buffer.from(head), status === 204 ? Buffer.alloc(0) : body]);
}

describe('reading answers', () => {
  test('gives every answer whole, however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(written, { maxLength: 6 }), fc.array(fc.nat(), { maxLength: 20 }), (answers, cuts) => {
        const bytes = Buffer.concat(answers.map(bytesOf));
        const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
        const reader = new ResponseReader();
        const read = [...places, bytes.length].flatMap((end, index) =>
          reader.push(bytes.subarray(places[index - 1] ?? 0, end)).map(({ status, body, closes }) => ({
            status,
            body: Uint8Array.from(body),
            closes,
          })),
        );
        expect(read).toEqual(answers.map((each) => (each.status === 204 ? { ...each, body: new Uint8Array() } : each)));
      }),
      { numRuns: 300 },
    );
  });

  test('a body that looks like the end of a head is a body', () => {
    const answer = { status: 200, body: Buffer.from('\r\n\r\nHTTP/1.1 500 no\r\n\r\n'), closes: false };
    const [read, ...others] = new ResponseReader().push(bytesOf(answer));
    expect(others).toEqual([]);
    expect(read?.body.equals(answer.body)).toBe(true);
  });

  test.each([
    ['no HTTP', 'SSH-2.0-OpenSSH\r\n\r\n'],
    ['no length', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['no end of the head', 'x'.repeat(20_000)],
  ])('%s is refused', (_name, text) => {
    expect(() => new ResponseReader().push(Buffer.from(text))).toThrow();
  });
});
