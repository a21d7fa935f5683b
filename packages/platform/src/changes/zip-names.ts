// The names in a zip file, by its directory; nothing of it is unpacked. Pure.

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const MOST_NAMES = 5_000;
const ENCRYPTED = 1;

/**
 * The names, or undefined of what is not a whole zip file without encryption: a directory at its end, of as many entries as it
 * says, each of which is where the directory says.
 */
export function readZipNames(bytes: Buffer): string[] | undefined {
  // the end is the last thing in the file: without a comment, which Office does not write
  const end = bytes.length - END_BYTES;
  if (end < 0 || bytes.readUInt32LE(end) !== END || bytes.readUInt16LE(end + 20) !== 0) return undefined;
  const count = bytes.readUInt16LE(end + 10);
  const from = bytes.readUInt32LE(end + 16);
  if (count > MOST_NAMES || from + bytes.readUInt32LE(end + 12) !== end) return undefined;
  const names: string[] = [];
  let at = from;
  for (let number = 0; number < count; number++) {
    if (at + ENTRY_BYTES > end || bytes.readUInt32LE(at) !== ENTRY) return undefined;
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ];
    const local = bytes.readUInt32LE(at + 42);
    const isThere = local + 30 + nameBytes <= from && bytes.readUInt32LE(local) === LOCAL;
    const name = bytes.subarray(at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes);
    // a reader that goes by what stands before the bytes finds the same names
    if (!isThere || !bytes.subarray(local + 30, local + 30 + nameBytes).equals(name)) return undefined;
    if ((bytes.readUInt16LE(at + 8) & ENCRYPTED) !== 0) return undefined;
    names.push(name.toString('utf8'));
    at += ENTRY_BYTES + nameBytes + extraBytes + commentBytes;
  }
  return at === end ? names : undefined;
}
