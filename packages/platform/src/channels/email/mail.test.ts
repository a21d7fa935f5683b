import { describe, expect, test } from 'vitest';
import { BareLineEnds, readMail, readOpened } from './mail.ts';
import { decodeWords, MailFault } from './mime.ts';

const userId = '90-B3-D5-1F-30-01-00-00';
const file = Buffer.from('adt-file/1,user_id\r\nÄ\n');

interface Part {
  readonly header: readonly string[];
  readonly body: string;
}
const attachment = (name: string, bytes: Buffer = file): Part => ({
  header: ['Content-Type: application/octet-stream', 'Content-Transfer-Encoding: base64', name],
  body: bytes.toString('base64').replaceAll(/(.{20})/g, '$1\r\n'),
});
const named = (name: string, bytes?: Buffer) =>
  attachment(`Content-Disposition: attachment; filename="${name}"`, bytes);
const words: Part = { header: ['Content-Type: text/plain'], body: 'Dear all,' };
const signature = named('a.csv.p7s', Buffer.from('signature'));

function mixed(parts: readonly Part[], { end = '--b--\r\n', header = [] as string[], feed = '\r\n' } = {}): Buffer {
  const whole = [
    ...header,
    'Content-Type: multipart/mixed; boundary="b"',
    '',
    'preamble',
    ...parts.flatMap(({ header, body }) => ['--b', ...header, '', body]),
    end,
  ];
  return Buffer.from(whole.join('\r\n').replaceAll('\r\n', feed));
}

const sealed = { subject: userId, envelope: Buffer.alloc(0) };
const open = (content: Buffer, subject = userId) => readOpened(content, { ...sealed, subject });

describe('what is in a mail', () => {
  test('is a file and its signature, in either order, with or without words, with any line ends', () => {
    const [a, p7s] = [named('a.csv'), signature];
    for (const parts of [
      [a, p7s],
      [p7s, a],
      [words, a, p7s],
      [a, words, p7s],
    ]) {
      for (const feed of ['\r\n', '\n']) {
        expect(open(mixed(parts, { feed }))).toEqual({
          userId,
          file: { name: 'a.csv', bytes: file },
          signature: Buffer.from('signature'),
        });
      }
    }
  });

  test.each([
    ['a.csv', 'Content-Disposition: attachment;\r\n filename=a.csv'],
    ['a b.csv', 'Content-Disposition: ATTACHMENT; FileName="a b.csv"; size=3'],
    ['a";b.csv', 'Content-Disposition: attachment; filename="a\\";b.csv"'],
    ['ä.csv', "Content-Disposition: attachment; filename*=UTF-8''%C3%A4.csv"],
    [
      'ä long.csv',
      'Content-Disposition: attachment; filename*0*=utf-8\'en\'%C3%A4; filename*1=" long"; filename*2=.csv',
    ],
    ['ä.csv', 'Content-Disposition: attachment; filename="=?utf-8?B?w6Q=?= =?iso-8859-1?Q?.csv?="'],
    ['=?no-such?B?w6Q=?=', 'Content-Disposition: attachment; filename="=?no-such?B?w6Q=?="'],
    ['../../etc/passwd', 'Content-Disposition: attachment; filename="../../etc/passwd"'],
    ['x'.repeat(5_000), `Content-Disposition: attachment; filename="${'x'.repeat(5_000)}"`],
  ])('may be named as %s', (name, header) => {
    expect(open(mixed([attachment(header), signature])).file).toEqual({ name, bytes: file });
  });

  test('may be encoded in any way that keeps its bytes', () => {
    const quoted: Part = {
      header: ['Content-Disposition: attachment; filename=a.csv', 'Content-Transfer-Encoding: quoted-printable'],
      body: 'adt-file/1,=\r\nuser_id=0D=0A=C3=84=0A',
    };
    expect(open(mixed([quoted, signature])).file.bytes).toEqual(file);
    const plain: Part = { header: ['Content-Disposition: attachment; filename=a.csv'], body: 'a\r\n\r\n' };
    expect(open(mixed([plain, signature])).file.bytes.toString()).toBe('a\r\n\r\n');
  });

  test('is for the one User ID of the subject, whatever a gateway added, or of the subject inside', () => {
    const content = mixed([named('a.csv'), signature]);
    expect(open(content, `[EXTERNAL] Re: ${userId.toLowerCase()} threshold`).userId).toBe(userId);
    expect(open(content, `=?utf-8?Q?${userId}?=`).userId).toBe(userId);
    expect(open(mixed([named('a.csv'), signature], { header: [`Subject: ${userId}`] }), '...').userId).toBe(userId);
    expect(open(content, `${userId} ${userId}`).userId).toBe(userId);
    expect(() => open(content, `${userId} 90-B3-D5-1F-30-02-00-00`)).toThrow('more than one');
    expect(() => open(content, 'a file')).toThrow('does not name');
  });

  test.each<[string, Buffer, RegExp]>([
    ['no file', mixed([signature]), /1 attachments/],
    ['no signature', mixed([named('a.csv')]), /1 attachments/],
    ['nothing', mixed([]), /0 attachments/],
    ['three attachments', mixed([named('a.csv'), signature, named('b.csv')]), /3 attachments/],
    ['two signatures', mixed([signature, signature]), /2 attachments/],
    ['two files', mixed([named('a.csv'), named('b.csv')]), /2 attachments/],
    ['too many parts', mixed([...Array<Part>(11).fill(words)]), /more than 10 parts/],
    ['no end', mixed([named('a.csv'), signature], { end: '' }), /do not end/],
    ['an end that is none', mixed([named('a.csv'), signature], { end: '--b-\r\n' }), /do not end/],
    ['something behind', mixed([named('a.csv'), signature], { end: '--b--\r\nmore' }), /after its last part/],
    ['much behind', mixed([named('a.csv'), signature], { end: `--b--${'\r\n'.repeat(80)}` }), /after its last part/],
    ['no name', mixed([attachment('Content-Disposition: attachment'), signature]), /no name/],
    ['no base64', mixed([{ ...named('a.csv'), body: 'AA!=' }, signature]), /no base64/],
    ['base64 that is cut off', mixed([{ ...named('a.csv'), body: 'AAA' }, signature]), /no base64/],
    ['base64 that goes on', mixed([{ ...named('a.csv'), body: 'AA==AA==' }, signature]), /no base64/],
    [
      'another encoding',
      mixed([
        { header: [...named('a').header, 'X: y'].map((line) => line.replace('base64', 'x-uuencode')), body: '' },
        signature,
      ]),
      /not known/,
    ],
    [
      'two types',
      mixed([{ ...named('a.csv'), header: [...named('a.csv').header, 'content-TYPE: a/b'] }, signature]),
      /stands twice/,
    ],
    ['a header without end', mixed([{ header: ['A: b'.repeat(20_000)], body: '' }]), /more than 65536/],
    ['many fields', mixed([{ header: Array<string>(300).fill('A: b'), body: '' }]), /more than 200/],
    ['no field', mixed([{ header: ['no field'], body: '' }]), /no field/],
    ['another multipart', Buffer.from('Content-Type: multipart/signed; boundary=b\r\n\r\n'), /no multipart.mixed/],
    ['no MIME', file, /no field|does not end/],
    ['nothing at all', Buffer.alloc(0), /does not end/],
  ])('is not taken with %s', (_, content, why) => {
    expect(() => open(content)).toThrow(MailFault);
    expect(() => open(content)).toThrow(why);
  });

  test('parts in parts are passed over however deep, and cost nothing', () => {
    let deep = 'Content-Type: text/plain\r\n\r\nx';
    for (let level = 0; level < 5_000; level += 1) {
      deep = `Content-Type: multipart/mixed; boundary=l${level}\r\n\r\n--l${level}\r\n${deep}\r\n--l${level}--\r\n`;
    }
    const [type = '', ...rest] = deep.split('\r\n\r\n');
    const part = { header: [type], body: rest.join('\r\n\r\n') };
    expect(open(mixed([part, named('a.csv'), signature])).file.name).toBe('a.csv');
  });

  test('made to be slow is not', () => {
    const size = 1024 * 1024;
    const slow = ['=', ' ', '\r\n', '--b', '\n--bx', '=?a?b?', '=\r\n'].map((text) => text.repeat(size / text.length));
    for (const body of slow) {
      for (const encoding of ['base64', 'quoted-printable', '7bit']) {
        const header = ['Content-Disposition: attachment; filename=a.csv', `Content-Transfer-Encoding: ${encoding}`];
        try {
          open(mixed([{ header, body }, signature]));
        } catch (error) {
          expect(error).toBeInstanceOf(MailFault);
        }
      }
    }
    decodeWords('=?a?b?'.repeat(10_000));
  });
});

describe('a mail', () => {
  const mail = (...header: string[]) =>
    Buffer.from([...header, '', Buffer.from('envelope').toString('base64')].join('\r\n'));
  const type = 'Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m';
  const encoding = 'Content-Transfer-Encoding: base64';

  test('is opened no further than its envelope', () => {
    expect(readMail(mail('Subject: a\r\n b', type, encoding))).toEqual({
      subject: 'a b',
      envelope: Buffer.from('envelope'),
    });
    for (const other of ['application/x-pkcs7-mime', 'application/pkcs7-mime; smime-type=authEnveloped-data']) {
      expect(readMail(mail(`content-type: ${other}`, encoding)).envelope.toString()).toBe('envelope');
    }
  });

  test.each([
    [mail()],
    [mail('Content-Type: text/plain')],
    [mail('Content-Type: multipart/mixed; boundary=b')],
    [mail('Content-Type: application/pkcs7-mime; smime-type=signed-data', encoding)],
    [mail('Content-Type: application/pkcs7-mime; smime-type=compressed-data', encoding)],
    [mail('Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=b')],
  ])('in the clear is refused: %s', (bytes) => {
    expect(() => readMail(bytes)).toThrow('nothing in the clear is taken');
  });

  test('whose lines end otherwise than by CRLF is told', () => {
    const isBare = (...pieces: string[]) => {
      const found = new BareLineEnds();
      for (const piece of pieces) found.push(Buffer.from(piece));
      return found.isFound;
    };
    expect([isBare('a\r\nb\r\n'), isBare('a\r', '\nb'), isBare('')]).toEqual([false, false, false]);
    expect([isBare('a\nb'), isBare('a\r.\r\n'), isBare('a\r', 'b'), isBare('\n'), isBare('a\r\n.\n')]).toEqual(
      Array<boolean>(5).fill(true),
    );
  });
});
