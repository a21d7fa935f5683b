/** Keys, mails by the real openssl, and clients of SMTP: openssl's own, and one that says whatever it is told to. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { type TLSSocket, connect as tlsConnect } from 'node:tls';
import { OpenSsl, type TestKeyKind } from '@penstock/files/testing';
import { SMTPServer } from 'smtp-server';

export const address = 'files@penstock.example';
const encryption = 'keyUsage=critical,keyEncipherment,keyAgreement\n';

export class EmailKeys extends OpenSsl {
  constructor() {
    super();
    this.authority('root');
    this.encrypting('operator');
    this.officer('server', 'root', {
      extensions: 'subjectAltName=DNS:localhost,IP:127.0.0.1\n',
      subject: '/CN=localhost',
    });
  }

  /** A key, and a certificate to which something can be encrypted. */
  encrypting(name: string, key: TestKeyKind = 'P-256'): void {
    this.officer(name, 'root', { key, extensions: encryption });
  }

  text(name: string): string {
    return this.read(name).toString('latin1');
  }

  get settings(): Readonly<Record<string, string>> {
    return {
      PENSTOCK_EMAIL_PORT: '0',
      PENSTOCK_EMAIL_ADDRESS: address,
      PENSTOCK_EMAIL_KEY_FILE: this.path('operator.key'),
      PENSTOCK_EMAIL_CERTIFICATE_FILE: this.path('operator.pem'),
      PENSTOCK_EMAIL_TLS_KEY_FILE: this.path('server.key'),
      PENSTOCK_EMAIL_TLS_CERTIFICATE_FILE: this.path('server.pem'),
    };
  }

  /** `openssl cms -encrypt` of a message, as a mail. */
  encrypt(message: string | Buffer, subject: string, options: { to?: string; cipher?: string } = {}): string {
    const { to = 'operator', cipher = '-aes-256-gcm' } = options;
    this.write('message', message);
    const head = ['-from', 'officer@user.example', '-to', address, '-subject', subject];
    const mail = this.run('cms', '-encrypt', cipher, '-in', 'message', ...head, `${to}.pem`);
    return mail.toString('latin1').replaceAll(/\r?\n/g, '\r\n');
  }
}

export interface Attached {
  readonly name: string;
  readonly bytes: string | Buffer;
}

/** A message with attachments. */
export function messageOf(...attachments: readonly Attached[]): string {
  const parts = attachments.map(({ name, bytes }) =>
    [
      '--parts',
      'Content-Type: application/octet-stream',
      'Content-Transfer-Encoding: base64',
      `Content-Disposition: attachment; filename="${name}"`,
      '',
      Buffer.from(bytes)
        .toString('base64')
        .replaceAll(/(.{76})/g, '$1\r\n'),
    ].join('\r\n'),
  );
  return ['Content-Type: multipart/mixed; boundary=parts', '', ...parts, '--parts--', ''].join('\r\n');
}

let addresses = 0;
/** Another each time, so that what one did wrong is not held against the next. */
function nextAddress(): string {
  addresses += 1;
  return `127.1.${addresses >> 8}.${addresses & 255}`;
}

/** A session that says what it is told to, and keeps what it hears. */
export class Dialog {
  #socket: Socket | TLSSocket;
  #heard = '';
  #isEnded = false;
  #greeting = '';
  #changed = Promise.withResolvers<void>();

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#listen();
  }

  /** @param from its own address, of those that are this machine's */
  static async begin(port: number, from = nextAddress()): Promise<Dialog> {
    const socket = connect({ port, host: '127.0.0.1', localAddress: from });
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    const dialog = new Dialog(socket);
    dialog.#greeting = await dialog.reply();
    return dialog;
  }

  /** Over TLS, after its greeting. */
  static async secure(port: number, from?: string): Promise<Dialog> {
    const dialog = await Dialog.begin(port, from);
    await dialog.say('EHLO test.example');
    await dialog.startTls();
    await dialog.say('EHLO test.example');
    return dialog;
  }

  #listen(): void {
    this.#socket.on('error', () => undefined);
    this.#socket.on('data', (bytes) => {
      this.#heard += bytes.toString('latin1');
      this.#wake();
    });
    this.#socket.on('close', () => {
      this.#isEnded = true;
      this.#wake();
    });
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  get greeting(): string {
    return this.#greeting;
  }

  /** The next whole reply; empty when the server ended the connection. */
  async reply(): Promise<string> {
    for (;;) {
      const found = /^(?:\d{3}-.*\r\n)*\d{3} .*\r\n/.exec(this.#heard);
      if (found !== null) {
        this.#heard = this.#heard.slice(found[0].length);
        return found[0].trim();
      }
      if (this.#isEnded) return '';
      await this.#changed.promise;
    }
  }

  write(text: string | Buffer): void {
    this.#socket.write(text);
  }

  /** As fast as it is taken. */
  async pour(pieces: Iterable<Buffer>): Promise<void> {
    for (const piece of pieces) if (!this.#socket.write(piece)) await once(this.#socket, 'drain');
  }

  say(line: string): Promise<string> {
    this.write(`${line}\r\n`);
    return this.reply();
  }

  /** @param behind what is pipelined in the clear behind the command */
  async startTls(behind = ''): Promise<void> {
    const said = await this.say(`STARTTLS${behind === '' ? '' : `\r\n${behind}`}`);
    if (!said.startsWith('220')) throw new Error(said);
    this.#socket.removeAllListeners('data').removeAllListeners('close');
    this.#heard = '';
    const secure = tlsConnect({ socket: this.#socket, rejectUnauthorized: false });
    await new Promise((resolve, reject) => secure.once('secureConnect', resolve).once('error', reject));
    this.#socket = secure;
    this.#listen();
  }

  /** Sends a mail; the reply to it, or the first that is none of a way forward. */
  async mail(text: string | Buffer, { from = 'officer@user.example', to = address } = {}): Promise<string> {
    for (const line of [`MAIL FROM:<${from}>`, `RCPT TO:<${to}>`, 'DATA']) {
      const said = await this.say(line);
      if (!/^[23]/.test(said)) return said;
    }
    this.write(text);
    return this.say(text.toString('latin1').endsWith('\r\n') ? '.' : '\r\n.');
  }

  end(): void {
    this.#socket.destroy();
  }
}

/** `openssl s_client -starttls smtp`, told all it has to say at once. What it heard. */
export function sClient(port: number, lines: string): Promise<string> {
  const child = spawn('openssl', ['s_client', '-quiet', '-starttls', 'smtp', '-connect', `127.0.0.1:${port}`]);
  let heard = '';
  child.stdout.on('data', (text) => {
    heard += text;
  });
  child.stdin.on('error', () => undefined);
  child.stdin.write(lines);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve(heard));
  });
}

export interface Arrived {
  readonly from: string;
  readonly to: readonly string[];
  readonly text: string;
  readonly secure: boolean;
}

/** A mail server for what goes out, which asks for STARTTLS. */
export class Sink {
  readonly arrived: Arrived[] = [];
  failing: 'never' | 'later' | 'for good' = 'never';
  readonly #server: SMTPServer;

  constructor(keys: EmailKeys) {
    this.#server = new SMTPServer({
      key: keys.read('server.key'),
      cert: keys.read('server.pem'),
      disabledCommands: ['AUTH'],
      authOptional: true,
      onData: (stream, { envelope, secure }, done) => {
        buffer(stream).then((bytes) => {
          if (this.failing !== 'never') {
            done(Object.assign(new Error('no'), { responseCode: this.failing === 'later' ? 451 : 550 }));
            return;
          }
          const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
          const to = envelope.rcptTo.map((one) => one.address);
          this.arrived.push({ from, to, text: bytes.toString('latin1'), secure });
          done();
        }, done);
      },
    });
    this.#server.on('error', () => undefined);
  }

  /** @returns the port */
  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', () => resolve()));
    return ((this.#server.server as Server).address() as AddressInfo).port;
  }

  setStartTls(isOffered: boolean): void {
    this.#server.options.disabledCommands = isOffered ? ['AUTH'] : ['AUTH', 'STARTTLS'];
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(resolve));
  }
}
