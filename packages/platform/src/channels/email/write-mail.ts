// Writes the mails that go out: a message with attachments, and the envelope around it with as little outside as can be.
import { createHash } from 'node:crypto';

const LINE = /.{1,76}/g;
/** Nobody answers such a mail by machine (RFC 3834). */
const AUTOMATIC = ['Auto-Submitted: auto-generated', 'X-Auto-Response-Suppress: All'];

function base64Lines(bytes: Uint8Array): string[] {
  return Buffer.from(bytes).toString('base64').match(LINE) ?? [];
}

export interface Enclosure {
  /** Of letters, digits, dots and hyphens. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Longer than a line of a mail may be, with some room. */
const LONGEST_LINE = 900;

/** As they are where they are ASCII, so that they can be read without a mail program. */
function textPart(words: string): string[] {
  const lines = words.split('\n');
  if (/^[\n -~]*$/.test(words) && lines.every(({ length }) => length <= LONGEST_LINE)) {
    return ['Content-Type: text/plain; charset=us-ascii', '', ...lines];
  }
  const head = ['Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: base64', ''];
  return [...head, ...base64Lines(Buffer.from(words, 'utf8'))];
}

/** Words and attachments. */
export function writeMessage(words: string, enclosures: readonly Enclosure[]): Buffer {
  const boundary = `part-${createHash('sha256').update(words).digest('hex').slice(0, 32)}`;
  const lines = [
    'MIME-Version: 1.0',
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
    '',
    `--${boundary}`,
    ...textPart(words),
    ...enclosures.flatMap(({ name, bytes }) => [
      `--${boundary}`,
      'Content-Type: application/octet-stream',
      'Content-Transfer-Encoding: base64',
      `Content-Disposition: attachment; filename="${name}"`,
      '',
      ...base64Lines(bytes),
    ]),
    `--${boundary}--`,
    '',
  ];
  return Buffer.from(lines.join('\r\n'), 'latin1');
}

/** What stands outside of an envelope. */
export interface Outside {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly date: Date;
  /** Without brackets. The same for the same mail, so that one that came twice is known. */
  readonly messageId: string;
}

const headOf = ({ from, to, subject, date, messageId }: Outside): string[] => [
  `From: ${from}`,
  `To: ${to}`,
  `Subject: ${subject}`,
  `Date: ${date.toUTCString().replace('GMT', '+0000')}`,
  `Message-ID: <${messageId}>`,
  ...AUTOMATIC,
  'MIME-Version: 1.0',
];

/** A few words that anybody may read. */
export function writePlainMail(outside: Outside, words: string): Buffer {
  return Buffer.from([...headOf(outside), ...textPart(words)].join('\r\n'), 'latin1');
}

export function writeSealedMail(outside: Outside, envelope: Uint8Array): Buffer {
  const lines = [
    ...headOf(outside),
    'Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"',
    'Content-Transfer-Encoding: base64',
    'Content-Disposition: attachment; filename="smime.p7m"',
    '',
    ...base64Lines(envelope),
    '',
  ];
  return Buffer.from(lines.join('\r\n'), 'latin1');
}
