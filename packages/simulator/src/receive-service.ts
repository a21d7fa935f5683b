import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Credential } from './pki.ts';

/**
 * A User's receive service: the gateway pushes one message a call, in order, and takes any 2xx for "taken".
 * It can be told to misbehave: to refuse connections, or to take a call and never answer.
 */

export type ReceiveMode = 'taking' | 'refusing' | 'silent';

/** What the gateway says beside a message: '<day>/<sequence>' in the User's stream, and what kind it is. */
export interface Delivery {
  readonly position: string;
  readonly kind: string;
  readonly body: Buffer;
}

export interface ReceiveOptions {
  readonly credential: Credential;
  /** PEM of the authority whose certificates the caller must show. */
  readonly authority: string;
  readonly port: number;
  /** Called once for each message, however often it is pushed; the call is answered when it returns. */
  readonly take: (delivery: Delivery) => void;
}

export class ReceiveService {
  readonly #options: ReceiveOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #mode: ReceiveMode = 'taking';
  #hanging = 0;
  #port: number;
  /** The last position taken: a stream is delivered in order, so what is not after it was taken before. */
  #last = '';

  constructor(options: ReceiveOptions) {
    this.#options = options;
    this.#port = options.port;
    const { credential, authority } = options;
    this.#server = createServer(
      { cert: credential.certificate, key: credential.key, ca: authority, requestCert: true, rejectUnauthorized: true },
      (incoming, answer) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('end', () => {
          if (this.#mode === 'silent') {
            this.#hanging += 1;
            answer.once('close', () => {
              this.#hanging -= 1;
            });
            return;
          }
          const position = String(incoming.headers['penstock-position'] ?? '');
          const kind = String(incoming.headers['penstock-kind'] ?? '');
          if (incoming.method !== 'POST' || position === '') {
            answer.writeHead(400).end();
            return;
          }
          if (this.#last === '' || isAfter(position, this.#last)) {
            this.#options.take({ position, kind, body: Buffer.concat(chunks) });
            this.#last = position;
          }
          answer.writeHead(204).end();
        });
      },
    );
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  /** Calls that a silent service has left without an answer and that are still open. */
  get hanging(): number {
    return this.#hanging;
  }

  get port(): number {
    return this.#port;
  }

  /** Listens on the loopback; port 0 becomes the one that the system gave. */
  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#port, '127.0.0.1', () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** A refusing service has no listener: a caller meets a closed port, as behind a changed firewall. */
  async setMode(mode: ReceiveMode): Promise<void> {
    const before = this.#mode;
    this.#mode = mode;
    if (mode === before) return;
    if (mode === 'refusing') await this.stop();
    else if (before === 'refusing') await this.start();
    else this.#drop(); // calls left hanging are ended, so that the gateway may try again at once
  }

  async stop(): Promise<void> {
    this.#drop();
    if (!this.#server.listening) return;
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #drop(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** Whether a position '<day>/<sequence>' comes after another: days compare as text, sequences as numbers. */
export function isAfter(position: string, other: string): boolean {
  const [day = '', sequence = '0'] = position.split('/');
  const [otherDay = '', otherSequence = '0'] = other.split('/');
  return day === otherDay ? BigInt(sequence) > BigInt(otherSequence) : day > otherDay;
}
