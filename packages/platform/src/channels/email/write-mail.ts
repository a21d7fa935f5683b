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

/** Words, in ASCII, and attachments. */
export function writeMessage(words: string, enclosures: readonly Enclosure[]): Buffer {
  const boundary = `part-${createHash('sha256').update(words).digest('hex').slice(0, 32)}`;
  const lines = [
    'MIME-Version: 1.0',
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
    '',
    `--${boundary}`,
    'Content-Type: text/plain; charset=us-ascii',
    '',
    ...words.split('\n'),
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

export function writeSealedMail({ from, to, subject, date, messageId }: Outside, envelope: Uint8Array): Buffer {
  const lines = [
    `From: ${from}`,
    `To: ${to}`,
    `Subject: ${subject}`,
    `Date: ${date.toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${messageId}>`,
    ...AUTOMATIC,
    'MIME-Version: 1.0',
    'Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"',
    'Content-Transfer-Encoding: base64',
    'Content-Disposition: attachment; filename="smime.p7m"',
    '',
    ...base64Lines(envelope),
    '',
  ];
  return Buffer.from(lines.join('\r\n'), 'latin1');
}
