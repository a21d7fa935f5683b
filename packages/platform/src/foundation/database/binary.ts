/**
 * Parameters in PostgreSQL's binary array format.
 *
 * The driver sends arrays as text, bytes in hex and quoted: for a batch of messages that is twice the bytes and most
 * of the time of a call. A Buffer goes as it is, in binary, so the arrays are laid out here.
 */

/** Type numbers of PostgreSQL (pg_type.oid), fixed for built-in types. */
const BOOLEAN = 16;
const BYTEA = 17;
const BIGINT = 20;
const SMALLINT = 21;
const INTEGER = 23;
const TEXT = 25;
const MACADDR8 = 774;
const TIMESTAMPTZ = 1184;
const NUMERIC = 1700;

const HEADER = 20;

function header(type: number, count: number, bytes: number, hasNull: boolean): Buffer {
  const buffer = Buffer.allocUnsafe(count === 0 ? 12 : HEADER + bytes);
  buffer.writeInt32BE(count === 0 ? 0 : 1, 0);
  buffer.writeInt32BE(hasNull ? 1 : 0, 4);
  buffer.writeInt32BE(type, 8);
  if (count > 0) {
    buffer.writeInt32BE(count, 12);
    buffer.writeInt32BE(1, 16);
  }
  return buffer;
}

/** Elements of one fixed width; `write` lays one down. */
function fixedArray<T>(
  type: number,
  width: number,
  values: readonly (T | undefined)[],
  write: (buffer: Buffer, value: T, at: number) => void,
): Buffer {
  let missing = 0;
  for (const value of values) if (value === undefined) missing++;
  const buffer = header(type, values.length, values.length * (4 + width) - missing * width, missing > 0);
  let at = HEADER;
  for (const value of values) {
    if (value === undefined) {
      buffer.writeInt32BE(-1, at);
      at += 4;
    } else {
      buffer.writeInt32BE(width, at);
      write(buffer, value, at + 4);
      at += 4 + width;
    }
  }
  return buffer;
}

function bytesArray(type: number, values: readonly (Uint8Array | undefined)[]): Buffer {
  let bytes = 0;
  let hasNull = false;
  for (const value of values) {
    bytes += 4 + (value?.length ?? 0);
    if (value === undefined) hasNull = true;
  }
  const buffer = header(type, values.length, bytes, hasNull);
  let at = HEADER;
  for (const value of values) {
    buffer.writeInt32BE(value === undefined ? -1 : value.length, at);
    at += 4;
    if (value !== undefined) {
      buffer.set(value, at);
      at += value.length;
    }
  }
  return buffer;
}

export function booleanArray(values: readonly (boolean | undefined)[]): Buffer {
  return fixedArray(BOOLEAN, 1, values, (buffer, value, at) => buffer.writeUInt8(value ? 1 : 0, at));
}

export function smallintArray(values: readonly (number | undefined)[]): Buffer {
  return fixedArray(SMALLINT, 2, values, (buffer, value, at) => buffer.writeInt16BE(value, at));
}

export function integerArray(values: readonly (number | undefined)[]): Buffer {
  return fixedArray(INTEGER, 4, values, (buffer, value, at) => buffer.writeInt32BE(value, at));
}

export function bigintArray(values: readonly (bigint | undefined)[]): Buffer {
  return fixedArray(BIGINT, 8, values, (buffer, value, at) => buffer.writeBigInt64BE(value, at));
}

/** Milliseconds from 1970, where JavaScript begins, to 2000, where PostgreSQL does. */
const EPOCH_2000 = 946_684_800_000;

export function timestamptzArray(values: readonly (Date | undefined)[]): Buffer {
  return fixedArray(TIMESTAMPTZ, 8, values, (buffer, value, at) =>
    buffer.writeBigInt64BE(BigInt(value.getTime() - EPOCH_2000) * 1_000n, at),
  );
}

export function byteaArray(values: readonly (Uint8Array | undefined)[]): Buffer {
  return bytesArray(BYTEA, values);
}

export function textArray(values: readonly (string | undefined)[]): Buffer {
  return bytesArray(
    TEXT,
    values.map((value) => (value === undefined ? undefined : Buffer.from(value, 'utf8'))),
  );
}

/** EUI-64 as macaddr8: eight pairs of hex digits with one separator between them. */
export function macaddr8Array(values: readonly (string | undefined)[]): Buffer {
  return fixedArray(MACADDR8, 8, values, (buffer, value, at) => {
    for (let pair = 0; pair < 8; pair++) {
      buffer[at + pair] = (hexDigit(value, pair * 3) << 4) | hexDigit(value, pair * 3 + 1);
    }
  });
}

function hexDigit(text: string, at: number): number {
  const code = text.charCodeAt(at) | 0x20;
  return code >= 0x61 ? code - 0x57 : code - 0x30;
}

/** Non-negative whole numbers as numeric: digits to base 10,000, most significant first. */
export function numericArray(values: readonly bigint[]): Buffer {
  return bytesArray(NUMERIC, values.map(numeric));
}

function numeric(value: bigint): Buffer {
  const digits: number[] = [];
  // most counters fit a double, whose division is an order quicker
  let rest = value;
  while (rest > BigInt(Number.MAX_SAFE_INTEGER)) {
    digits.unshift(Number(rest % 10_000n));
    rest /= 10_000n;
  }
  for (let small = Number(rest); small > 0; small = Math.floor(small / 10_000)) digits.unshift(small % 10_000);
  const buffer = Buffer.alloc(8 + digits.length * 2);
  buffer.writeInt16BE(digits.length, 0);
  buffer.writeInt16BE(Math.max(digits.length - 1, 0), 2);
  digits.forEach((digit, index) => {
    buffer.writeInt16BE(digit, 8 + index * 2);
  });
  return buffer;
}
