import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { type HttpResponse, ResponseReader } from './http-response.ts';

/**
 * One kept-alive connection that carries one message at a time. A broken one fails the message under way (whether the
 * server took it is unknown) and is opened anew for the next.
 */

export interface Address {
  readonly port: number;
  /** PEM of the authority of the server's certificate. */
  readonly authority: string;
}

/** undefined: no complete answer came. */
export type Answered = (response: HttpResponse | undefined) => void;

/** An answer that takes longer is none. */
const ANSWER_WITHIN = 15_000;

export class Connection {
  readonly #address: Address;
  #socket: TLSSocket | undefined;
  #answered: Answered | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(address: Address) {
    this.#address = address;
  }

  /** Opens it before it is needed: a handshake costs as much as ten messages, and keep-alive is what is measured. */
  async open(): Promise<void> {
    const socket = this.#open();
    this.#socket = socket;
    await once(socket, 'secureConnect');
  }

  /** Sends a whole request; calls back once. No other may be under way. */
  send(request: Buffer, answered: Answered): void {
    if (this.#answered !== undefined) throw new Error('a message is under way on this connection');
    this.#answered = answered;
    this.#socket ??= this.#open();
    this.#socket.write(request);
    this.#timer ??= setTimeout(() => this.#late(), ANSWER_WITHIN);
    this.#timer.refresh();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#socket?.destroy();
  }

  #open(): TLSSocket {
    const { port, authority } = this.#address;
    const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', ca: authority });
    const reader = new ResponseReader();
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      let responses: HttpResponse[];
      try {
        responses = reader.push(chunk);
      } catch {
        socket.destroy();
        return;
      }
      for (const response of responses) {
        if (response.closes) this.#forget(socket);
        this.#settle(response);
      }
    });
    // the reason is told by 'close'; what was under way fails there
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      this.#settle(undefined);
    });
    return socket;
  }

  #late(): void {
    if (this.#answered !== undefined) this.#socket?.destroy();
  }

  #forget(socket: TLSSocket): void {
    if (this.#socket === socket) this.#socket = undefined;
    socket.end();
  }

  #settle(response: HttpResponse | undefined): void {
    const answered = this.#answered;
    this.#answered = undefined;
    answered?.(response);
  }
}
