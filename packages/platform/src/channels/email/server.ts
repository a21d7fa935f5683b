// The SMTP server. It takes mails for one address, over TLS, while the way is open; it relays nothing, signs nobody in,
// and never answers by mail. 250 means that the file is committed to the database.
import type { Server, Socket } from 'node:net';
import type pg from 'pg';
import { Counter, Gauge, type Registry } from 'prom-client';
import { SMTPServer, type SMTPServerAddress, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import type { Clock } from '../../foundation/clock.ts';
import { PenstockError } from '../../foundation/errors.ts';
import type { Log } from '../../foundation/log.ts';
import { measured } from '../../ways/health-store.ts';
import { findStanding } from '../../ways/ways-store.ts';
import { BareLineEnds } from './mail.ts';
import type { MailTaker } from './mail-taker.ts';
import { Refusals } from './refusals.ts';
import { Reply, replyTo } from './replies.ts';

const MOST_CONNECTIONS = 64;
const MOST_OF_ADDRESS = 8;
/** Of all mails that are coming in, in sizes of the largest one. */
const MOST_HELD = 4;
const MOST_STRAY_RECIPIENTS = 10;
const IDLE_MS = 60_000;
/** However slowly somebody sends. */
const LONGEST_MS = 900_000;
const CLOSE_MS = 2_000;

export interface EmailServerParts {
  readonly pool: pg.Pool;
  readonly log: Log;
  readonly clock: Clock;
  readonly registry: Registry;
  readonly taker: MailTaker;
  /** The only one to which mails are taken. */
  readonly address: string;
  readonly mostBytes: number;
  readonly tls: { readonly key: Buffer; readonly cert: Buffer };
}

export class EmailServer {
  readonly #parts: EmailServerParts;
  readonly #server: SMTPServer;
  readonly #refusals = new Refusals();
  readonly #mails: Counter;
  readonly #sockets = new Set<Socket>();
  /** Mails that are being taken in. */
  readonly #under = new Set<Promise<void>>();
  /** Recipients of a session that are none of ours. */
  readonly #strayRecipients = new WeakMap<SMTPServerSession, number>();
  #heldBytes = 0;

  constructor(parts: EmailServerParts) {
    this.#parts = parts;
    const { registry, log, address, mostBytes, tls } = parts;
    this.#mails = new Counter({
      name: 'penstock_email_mails_total',
      help: 'Mails by what became of them.',
      labelNames: ['outcome'],
      registers: [registry],
    });
    const connections = () => this.#sockets.size;
    new Gauge({
      name: 'penstock_email_connections',
      help: 'Connections to the SMTP server.',
      registers: [registry],
      collect() {
        this.set(connections());
      },
    });
    this.#server = new SMTPServer({
      ...tls,
      minVersion: 'TLSv1.2',
      name: address.slice(address.indexOf('@') + 1),
      banner: 'signed files only',
      size: mostBytes,
      rejectOversized: true,
      // nobody signs in, and nothing is passed on
      disabledCommands: ['AUTH'],
      authOptional: true,
      disableReverseLookup: true,
      maxClients: MOST_CONNECTIONS,
      socketTimeout: IDLE_MS,
      closeTimeout: CLOSE_MS,
      onConnect: (session, done) => done(this.#refuseConnection(session)),
      onMailFrom: (from, session, done) => this.#judgeSender(from, session).then(done, (error) => done(replyTo(error))),
      onRcptTo: (to, session, done) => done(this.#judgeRecipient(to, session)),
      onData: (stream, session, done) => {
        const work = this.#takeData(stream)
          .then(
            (said) => done(null, said),
            (error: unknown) => done(this.#refused(error, session)),
          )
          .finally(() => this.#under.delete(work));
        this.#under.add(work);
      },
    });
    this.#server.on('error', (err: Error) => log.debug({ err }, 'a connection by SMTP broke'));
    this.#listener.on('connection', (socket: Socket) => this.#watch(socket));
  }

  get #listener(): Server {
    return this.#server.server as Server;
  }

  /** @returns the port */
  async listen(port: number, host: string): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#listener.once('error', reject);
      this.#server.listen(port, host, () => resolve());
    });
    const bound = this.#listener.address();
    return typeof bound === 'object' && bound !== null ? bound.port : port;
  }

  /** What is being taken in is committed and answered; then connections end. */
  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(resolve));
    await Promise.all(this.#under);
    for (const socket of this.#sockets) socket.destroySoon();
    await closed;
  }

  #watch(socket: Socket): void {
    this.#sockets.add(socket);
    const longest = setTimeout(() => socket.destroy(), LONGEST_MS);
    socket.once('close', () => {
      clearTimeout(longest);
      this.#sockets.delete(socket);
    });
  }

  #refuseConnection({ remoteAddress }: SMTPServerSession): Reply | null {
    const waits = this.#judgeAddress(remoteAddress);
    if (waits !== null) return waits;
    const open = [...this.#server.connections].filter((one) => one.remoteAddress === remoteAddress);
    return open.length > MOST_OF_ADDRESS ? new Reply(421, 'too many connections of this address') : null;
  }

  /** At each mail, too: a connection may bring any number of them. 421 ends it. */
  #judgeAddress(remoteAddress: string): Reply | null {
    if (!this.#refusals.isTooMany(remoteAddress, performance.now())) return null;
    this.#mails.inc({ outcome: 'too_many_refused' });
    return new Reply(421, 'too many mails of this address were refused; try again in ten minutes');
  }

  async #judgeSender({ address }: SMTPServerAddress, session: SMTPServerSession): Promise<Reply | null> {
    if (!session.secure) return new Reply(530, 'issue STARTTLS first: nothing is taken in the clear');
    const waits = this.#judgeAddress(session.remoteAddress);
    if (waits !== null) return waits;
    if (address === '') {
      this.#mails.inc({ outcome: 'null_sender' });
      return new Reply(550, 'bounces and notices are not taken here');
    }
    await this.#requireOpen();
    return null;
  }

  async #requireOpen(): Promise<void> {
    const { pool, clock } = this.#parts;
    const { isOpen, sentence } = await findStanding(pool, 'email', clock.now());
    if (isOpen) return;
    this.#mails.inc({ outcome: 'closed' });
    throw new PenstockError('ways.closed', { detail: sentence });
  }

  #judgeRecipient({ address }: SMTPServerAddress, session: SMTPServerSession): Reply | null {
    if (address.toLowerCase() === this.#parts.address.toLowerCase()) return null;
    this.#mails.inc({ outcome: 'other_recipient' });
    const stray = (this.#strayRecipients.get(session) ?? 0) + 1;
    this.#strayRecipients.set(session, stray);
    // which ends the connection
    if (stray > MOST_STRAY_RECIPIENTS) return new Reply(421, 'too many recipients that there are not');
    return new Reply(550, 'nothing is relayed: there is one address here, which the Operator has published');
  }

  /** @throws Reply, PenstockError */
  async #takeData(stream: SMTPServerDataStream): Promise<string> {
    const { taker } = this.#parts;
    // counted until the mail is taken in or refused: for so long it is in memory
    const held = { size: 0 };
    try {
      const bytes = await this.#read(stream, held);
      // the outage may have ended while it came
      await this.#requireOpen();
      // nobody signs in before a mail: one that cannot be opened is refused, and makes the way no worse
      const { sha256, addresses } = await measured(this.#parts, 'email', () => taker.take(bytes));
      this.#mails.inc({ outcome: 'taken' });
      return addresses === 0
        ? `taken in as ${sha256}; no address is registered for its receipts, which are in the API`
        : `taken in as ${sha256}; receipts go to the registered address`;
    } finally {
      this.#hold(held, -held.size);
    }
  }

  #hold(held: { size: number }, bytes: number): void {
    held.size += bytes;
    this.#heldBytes += bytes;
  }

  /** All bytes of a mail; of one that is too large, or too much at once, the rest is read and dropped. */
  async #read(stream: SMTPServerDataStream, held: { size: number }): Promise<Buffer> {
    const { mostBytes } = this.#parts;
    const pieces: Buffer[] = [];
    const ends = new BareLineEnds();
    let isBusy = false;
    for await (const piece of stream as AsyncIterable<Buffer>) {
      if (isBusy || stream.sizeExceeded || ends.isFound) {
        this.#hold(held, -held.size);
        pieces.length = 0;
        continue;
      }
      ends.push(piece);
      isBusy = this.#heldBytes + piece.length > MOST_HELD * mostBytes;
      if (isBusy) continue;
      pieces.push(piece);
      this.#hold(held, piece.length);
    }
    if (stream.sizeExceeded)
      throw new PenstockError('request.too-large', { detail: `a mail may have ${mostBytes} bytes` });
    if (ends.isFound) throw new PenstockError('email.mail', { detail: 'a line of it does not end in CRLF' });
    if (isBusy) throw new PenstockError('email.busy');
    return Buffer.concat(pieces);
  }

  #refused(error: unknown, { remoteAddress }: SMTPServerSession): Reply {
    const { log } = this.#parts;
    const reply = replyTo(error);
    if (error instanceof PenstockError) {
      const { code, detail } = error;
      if (code === 'email.mail') this.#refusals.add(remoteAddress, performance.now());
      log.info({ code, detail, remoteAddress }, 'a mail was refused');
    } else {
      log.warn({ err: error, remoteAddress }, 'a mail could not be taken');
    }
    if (reply.responseCode < 500) this.#mails.inc({ outcome: 'later' });
    else if (reply.responseCode !== 550) this.#mails.inc({ outcome: 'refused' });
    return reply;
  }
}
