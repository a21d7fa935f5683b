// MIME (RFC 2045 to 2047, 2183, 2231), as little of it as a mail with two attachments needs. Pure and strict: nothing is
// unpacked, nothing is looked for inside of parts, and what is not understood is a fault.

/** What is wrong with a mail, in words for its sender. */
export class MailFault extends Error {
  override readonly name = 'MailFault';
}

const MOST_HEADER_BYTES = 64 * 1024;
const MOST_FIELDS = 200;
/** A mail has its words, and two attachments. */
const MOST_PARTS = 10;
/** Lines that begin as those between parts do. */
const MOST_DELIMITERS = 1_000;
const NOWHERE = Number.MAX_SAFE_INTEGER;
const MOST_QUOTED_BYTES = 1024 * 1024;
/** Fields that say how a part is to be read: two of one kind may be read in two ways. */
const single = ['content-type', 'content-transfer-encoding', 'content-disposition', 'subject'];

export interface Entity {
  /** By name in lower case, unfolded; of those that may stand once the only one, else the first. */
  readonly fields: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** Where the line ends that begins at `from`, and where the next begins. */
function lineEnd(bytes: Buffer, from: number): { readonly end: number; readonly next: number } {
  const feed = bytes.indexOf(0x0a, from);
  if (feed < 0) return { end: bytes.length, next: bytes.length };
  return { end: feed > from && bytes[feed - 1] === 0x0d ? feed - 1 : feed, next: feed + 1 };
}

/** @throws MailFault */
export function readEntity(bytes: Buffer): Entity {
  const lines: string[] = [];
  let at = 0;
  for (;;) {
    if (at >= bytes.length) throw new MailFault('the header of a part does not end');
    const { end, next } = lineEnd(bytes, at);
    if (next > MOST_HEADER_BYTES) throw new MailFault(`a header has more than ${MOST_HEADER_BYTES} bytes`);
    const line = bytes.toString('utf8', at, end);
    at = next;
    if (line === '') break;
    if (/^[ \t]/.test(line) && lines.length > 0) lines.push(`${lines.pop()} ${line.trim()}`);
    else lines.push(line);
    if (lines.length > MOST_FIELDS) throw new MailFault(`a header has more than ${MOST_FIELDS} fields`);
  }
  const fields = new Map<string, string>();
  for (const line of lines) {
    const [, name = '', value = ''] = /^([!-9;-~]{1,100})[ \t]*:(.*)$/s.exec(line) ?? [];
    if (name === '') throw new MailFault('a line of a header is no field');
    const known = name.toLowerCase();
    if (!fields.has(known)) fields.set(known, value.trim());
    else if (single.includes(known)) throw new MailFault(`the field ${known} stands twice`);
  }
  return { fields, body: bytes.subarray(at) };
}

export interface Parameterised {
  /** In lower case. */
  readonly value: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const parameter = /^\s*;\s*([^\s;="]{1,60})\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;"]*)/s;

/** `text/csv; name="a.csv"`; what cannot be read of its end is left out. */
export function readParameters(field: string): Parameterised {
  const [value = ''] = /^[^;]*/.exec(field) ?? [];
  const parameters = new Map<string, string>();
  let rest = field.slice(value.length);
  for (let found = parameter.exec(rest); found !== null; found = parameter.exec(rest)) {
    const [whole, name = '', given = ''] = found;
    const text = given.startsWith('"') ? given.slice(1, -1).replaceAll(/\\(.)/gs, '$1') : given;
    if (!parameters.has(name.toLowerCase())) parameters.set(name.toLowerCase(), text);
    rest = rest.slice(whole.length);
  }
  return { value: value.trim().toLowerCase(), parameters };
}

function decodeText(bytes: Buffer, charset: string): string | undefined {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    // a charset that there is not, or other bytes than its own: the name as it stands will do
    return undefined;
  }
}

function unpercent(text: string, charset: string): string {
  const bytes = text.replaceAll(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return decodeText(Buffer.from(bytes, 'latin1'), charset) ?? text;
}

const word = /=\?([!-~]{1,40}?)(?:\*[^?]*)?\?([bq])\?([^?\s]*)\?=/gi;

/** Encoded words (RFC 2047), as they stand in subjects and, against the rules, in names of files. */
export function decodeWords(text: string): string {
  const joined = text.replaceAll(/(\?=)\s+(=\?)/g, '$1$2');
  return joined.replaceAll(word, (whole, charset: string, kind: string, encoded: string) => {
    const bytes =
      kind.toLowerCase() === 'b'
        ? Buffer.from(encoded, 'base64')
        : decodeQuotedPrintable(Buffer.from(encoded.replaceAll('_', ' '), 'latin1'));
    return (bytes && decodeText(bytes, charset)) ?? whole;
  });
}

/** A parameter that may be cut in pieces and in another charset (RFC 2231). */
function textParameter({ parameters }: Parameterised, name: string): string | undefined {
  const plain = parameters.get(name);
  const one = parameters.get(`${name}*`);
  const pieces: string[] = one === undefined ? [] : [one];
  for (let number = 0; number < 20 && one === undefined; number += 1) {
    const piece = parameters.get(`${name}*${number}*`) ?? parameters.get(`${name}*${number}`);
    if (piece === undefined) break;
    pieces.push(piece);
  }
  if (pieces.length === 0) return plain === undefined ? undefined : decodeWords(plain);
  const whole = pieces.join('');
  const [, charset = 'utf-8', text = whole] = /^([^']{0,40})'[^']*'(.*)$/s.exec(whole) ?? [];
  return unpercent(text, charset);
}

/** Quoted-printable; undefined when it is none. Not for large parts: mail programs use it for words. */
function decodeQuotedPrintable(bytes: Buffer): Buffer | undefined {
  if (bytes.length > MOST_QUOTED_BYTES) return undefined;
  const lines = bytes.toString('latin1').split(/\r?\n/);
  const text = lines
    .map((line) => line.trimEnd())
    .join('\r\n')
    .replaceAll('=\r\n', '');
  if (/=(?![0-9a-f]{2})/i.test(text)) return undefined;
  const decoded = text.replaceAll(/=([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(decoded, 'latin1');
}

/** What a byte is in base64: a digit, white space, or the sign that fills it up. */
const DIGIT = 1;
const SPACE = 2;
const FILL = 3;
const kinds = new Uint8Array(256);
for (const digit of Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'))
  kinds[digit] = DIGIT;
for (const space of Buffer.from(' \t\r\n')) kinds[space] = SPACE;
kinds[0x3d] = FILL;

/** Base64; undefined when it is none. Byte by byte: a pattern takes seconds for what was made to be slow. */
function decodeBase64(bytes: Buffer): Buffer | undefined {
  let digits = 0;
  let fills = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const kind = kinds[bytes[at] ?? 0];
    if (kind === DIGIT && fills === 0) digits += 1;
    else if (kind === FILL && fills < 2) fills += 1;
    else if (kind !== SPACE) return undefined;
  }
  return (digits + fills) % 4 !== 0 ? undefined : Buffer.from(bytes.toString('latin1'), 'base64');
}

/** The bytes of a part. @throws MailFault when it is not encoded as it says */
export function decodeBody({ fields, body }: Entity): Buffer {
  const encoding = (fields.get('content-transfer-encoding') ?? '7bit').toLowerCase();
  if (['7bit', '8bit', 'binary'].includes(encoding)) return body;
  const decoders = new Map([
    ['base64', decodeBase64],
    ['quoted-printable', decodeQuotedPrintable],
  ]);
  const decode = decoders.get(encoding);
  if (decode === undefined) throw new MailFault('a part is encoded in a way that is not known');
  const decoded = decode(body);
  if (decoded === undefined) throw new MailFault(`a part is no ${encoding}`);
  return decoded;
}

function find(body: Buffer, wanted: Buffer, from: number): number {
  const found = body.indexOf(wanted, from);
  return found < 0 ? NOWHERE : found;
}

/** The parts of a multipart, as they stand. @throws MailFault when it does not end, or something stands behind it */
export function splitParts(body: Buffer, boundary: string): Buffer[] {
  if (!/^[!-~]([ -~]{0,68}[!-~])?$/.test(boundary)) throw new MailFault('the boundary of its parts is none');
  const delimiter = Buffer.from(`\n--${boundary}`, 'latin1');
  const parts: Buffer[] = [];
  let begun: number | undefined;
  // the first may stand at the very beginning
  const isFirst = body.subarray(0, delimiter.length - 1).equals(delimiter.subarray(1));
  let at = isFirst ? -1 : find(body, delimiter, 0);
  for (let seen = 0; at !== NOWHERE; seen += 1) {
    if (seen >= MOST_DELIMITERS) throw new MailFault('it has too many lines like those between its parts');
    const after = at + delimiter.length;
    const { end, next } = lineEnd(body, after);
    const behind = body.toString('latin1', after, Math.min(end, after + 100));
    if (/^(--)?[ \t]{0,90}$/.test(behind)) {
      // the line break before the delimiter is the delimiter's
      if (begun !== undefined) parts.push(body.subarray(begun, Math.max(begun, body[at - 1] === 0x0d ? at - 1 : at)));
      if (behind.startsWith('--')) {
        if (/^[\r\n]{0,100}$/.test(body.toString('latin1', next, next + 101))) return parts;
        throw new MailFault('something stands after its last part');
      }
      if (parts.length >= MOST_PARTS) throw new MailFault(`it has more than ${MOST_PARTS} parts`);
      begun = next;
    }
    at = find(body, delimiter, end);
  }
  throw new MailFault('its parts do not end');
}

export interface Attachment {
  readonly name: string;
  readonly bytes: Buffer;
}

/**
 * The attachments of a mail that is `multipart/mixed`: the parts that have a name. Words, and parts that hold others, are
 * passed over unread. @throws MailFault
 */
export function readAttachments(entity: Entity): Attachment[] {
  const { value, parameters } = readParameters(entity.fields.get('content-type') ?? '');
  const boundary = parameters.get('boundary');
  if (value !== 'multipart/mixed' || boundary === undefined) throw new MailFault('it is no multipart/mixed');
  return splitParts(entity.body, boundary).flatMap((bytes) => {
    const part = readEntity(bytes);
    const type = readParameters(part.fields.get('content-type') ?? 'text/plain');
    const disposition = readParameters(part.fields.get('content-disposition') ?? '');
    const name = textParameter(disposition, 'filename') ?? textParameter(type, 'name');
    if (name === undefined && disposition.value === 'attachment') throw new MailFault('an attachment has no name');
    return name === undefined ? [] : [{ name, bytes: decodeBody(part) }];
  });
}
