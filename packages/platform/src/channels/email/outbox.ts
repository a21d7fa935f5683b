// Sends receipts, reports and what is told of the ways by e-mail, each tried again until it is passed on: a receipt once
// for one state and address, a report once for an outage and address and again when it is another, a notice once.
//
// What always holds: a mail goes to an address that is registered, at the moment it is sent, for the User ID whose it is,
// encrypted to the certificate that stands beside it; nothing of a mail that came in decides where one goes. Who is killed
// between the relay's word and the note of it sends the same mail again, with the same Message-ID: that cannot be known.
import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import type { Eui } from '@penstock/duis';
import { sealEnvelope } from '@penstock/files/envelope';
import type pg from 'pg';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Clock } from '../../foundation/clock.ts';
import { messageOf, PenstockError } from '../../foundation/errors.ts';
import { Every } from '../../foundation/every.ts';
import { type FileSigner, signDocument } from '../../foundation/file-signer.ts';
import type { Log } from '../../foundation/log.ts';
import { LOOK_EVERY_MS, Worker } from '../../foundation/worker.ts';
import { findRecipient } from '../../parties/email-recipients-store.ts';
import type { Reports } from '../../quarantine/report.ts';
import { nameOfReceipt } from '../../submissions/receipts.ts';
import { instantWords } from '../../ways/announcements.ts';
import { recordHealth } from '../../ways/health-store.ts';
import { findOutage, findStanding } from '../../ways/ways-store.ts';
import {
  countQueued,
  dropOldMails,
  endMail,
  type Mail,
  queueNotices,
  queueReceipts,
  queueReports,
  readNoticeOf,
  readReceiptOf,
  retryMail,
  stampReport,
  takeMail,
} from './outbox-store.ts';
import { isPutOff, type Relay } from './relay.ts';
import { type Enclosure, writeMessage, writeSealedMail } from './write-mail.ts';

const QUEUE_SECONDS = 5;
const UPKEEP_SECONDS = 300;
const FIRST_PAUSE_SECONDS = 30;
const LONGEST_PAUSE_SECONDS = 3_600;
const LONGEST_REPORT_MS = 300_000;
const GIVEN_UP_AFTER_MS = 5 * 24 * 60 * 60 * 1000;
/** Of what a mail may have, for its attachments: base64 makes four bytes of three, twice. */
const SHARE_OF_MAIL = 0.5;

export function pauseAfter(tries: number): number {
  return Math.min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** Math.min(tries - 1, 10));
}

export interface OutboxParts {
  readonly pool: pg.Pool;
  readonly log: Log;
  readonly clock: Clock;
  readonly registry: Registry;
  readonly reports: Reports;
  readonly operatorId: Eui;
  /** Undefined: what goes out is not signed. */
  readonly signer: FileSigner | undefined;
  readonly relay: Relay;
  readonly address: string;
  readonly mostBytes: number;
}

/** What a mail says; 'gone': there is nothing to say any more. */
type Content = { readonly subject: string; readonly message: Buffer } | 'gone';

export class Outbox {
  readonly #parts: OutboxParts;
  readonly #sent: Counter;
  readonly #queued: Gauge;
  readonly #worker: Worker;
  #rounds: Every[] = [];

  constructor(parts: OutboxParts) {
    this.#parts = parts;
    this.#sent = new Counter({
      name: 'penstock_email_sent_total',
      help: 'Mails that went out, were put off by the relay, failed and are tried again, or were dropped.',
      labelNames: ['outcome'],
      registers: [parts.registry],
    });
    this.#queued = new Gauge({
      name: 'penstock_email_queued',
      help: 'Mails that are to go out.',
      registers: [parts.registry],
    });
    this.#worker = new Worker(parts.log, 'a mail was not sent; it is tried again', async () =>
      (await this.sendNext()) ? 0 : LOOK_EVERY_MS * 4,
    );
  }

  start(): void {
    const { pool, log } = this.#parts;
    this.#rounds = [
      new Every(QUEUE_SECONDS, log, 'mails were not queued', () => this.queue()),
      new Every(UPKEEP_SECONDS, log, 'old mails were not dropped', () => dropOldMails(pool)),
    ];
    this.#worker.start();
  }

  async stop(): Promise<void> {
    await Promise.all([this.#worker.stop(), ...this.#rounds.map((round) => round.stop())]);
  }

  /** Queues what is due: notices and receipts always, for who sent a file so waits for one; reports while the way is open. */
  async queue(): Promise<void> {
    const { pool, clock } = this.#parts;
    await queueNotices(pool);
    await queueReceipts(pool);
    const { isOpen, use, preferred } = await findStanding(pool, 'email', clock.now());
    const outage = use === 'fallback' ? await findOutage(pool, preferred, clock.now()) : undefined;
    // an outage that was ended just now is none to report for
    if (isOpen && (use !== 'fallback' || outage !== undefined)) await queueReports(pool, outage);
    this.#queued.set(await countQueued(pool));
    this.#worker.wake();
  }

  async #isOpen(): Promise<boolean> {
    const { pool, clock } = this.#parts;
    return (await findStanding(pool, 'email', clock.now())).isOpen;
  }

  /** Sends one mail that is due; false: there is none. */
  async sendNext(): Promise<boolean> {
    const { pool } = this.#parts;
    const mail = await takeMail(pool);
    if (mail === undefined) return false;
    const recipient = await findRecipient(pool, mail.userId, mail.fingerprint);
    if (recipient === undefined) {
      await this.#drop(mail, 'the address is not registered any more, or its certificate is not valid');
      return true;
    }
    try {
      const content = await this.#contentOf(mail);
      if (content === 'gone') await this.#drop(mail, 'there is nothing to tell any more');
      else await this.#send(mail, recipient, content);
    } catch (error) {
      await this.#tryAgain(mail, error);
    }
    return true;
  }

  async #send(
    mail: Mail,
    { address: to, certificate }: NonNullable<Awaited<ReturnType<typeof findRecipient>>>,
    { subject, message }: Exclude<Content, 'gone'>,
  ): Promise<void> {
    const { pool, relay, address, clock, log } = this.#parts;
    const { userId, kind, about } = mail;
    const outside = { from: address, to, subject, date: clock.now(), messageId: this.#messageId(mail) };
    await relay.send({ to, raw: writeSealedMail(outside, sealEnvelope(message, certificate)) });
    await endMail(pool, mail, 'sent');
    this.#sent.inc({ outcome: 'sent' });
    log.info({ userId, kind, about }, 'a mail was sent');
    await recordHealth(pool, 'email', { by: 'use', ok: true, at: clock.now() });
  }

  #messageId({ userId, kind, about, at, fingerprint }: Mail): string {
    const { address } = this.#parts;
    const key = [userId, kind, about, at, fingerprint.toString('hex')].join(' ');
    return `${createHash('sha256').update(key).digest('hex')}${address.slice(address.indexOf('@'))}`;
  }

  async #drop(mail: Mail, why: string): Promise<void> {
    const { userId, kind, about } = mail;
    await endMail(this.#parts.pool, mail, 'dropped', why);
    this.#sent.inc({ outcome: 'dropped' });
    this.#parts.log.info({ userId, kind, about, why }, 'a mail was dropped');
  }

  async #tryAgain(mail: Mail, error: unknown): Promise<void> {
    const { pool, log, clock } = this.#parts;
    const { userId, kind, about, tries, queuedAt } = mail;
    const failure = messageOf(error);
    const isOver = clock.now().getTime() - queuedAt.getTime() > GIVEN_UP_AFTER_MS;
    const isLater = isPutOff(error) && !isOver;
    if (isLater) log.info({ userId, kind, about, tries, failure }, 'a mail was put off by the relay');
    else log.warn({ userId, kind, about, tries, failure, isOver }, 'a mail was not passed on');
    this.#sent.inc({ outcome: isOver ? 'dropped' : isLater ? 'later' : 'again' });
    if (isOver) await endMail(pool, mail, 'dropped', failure);
    else await retryMail(pool, mail, pauseAfter(tries), failure);
    if (!isLater) await recordHealth(pool, 'email', { by: 'use', ok: false, at: clock.now(), detail: failure });
  }

  /** A document, and the Operator's signature beside it. */
  #signed(name: string, bytes: Buffer): Enclosure[] {
    const { signer, clock } = this.#parts;
    const document = { name, bytes };
    if (signer === undefined) return [document];
    return [document, { name: `${name}.p7s`, bytes: signDocument(bytes, signer, clock.now()) }];
  }

  #contentOf(mail: Mail): Promise<Content> {
    if (mail.kind === 'notice') return this.#notice(mail);
    return mail.kind === 'receipt' ? this.#receipt(mail) : this.#report(mail);
  }

  async #notice(mail: Mail): Promise<Content> {
    const found = await readNoticeOf(this.#parts.pool, mail);
    if (found === undefined) return 'gone';
    const told = `Told to ${mail.userId} on ${instantWords(found.at)}:\n${found.words}\n`;
    // whoever has the certificate to which it is encrypted could write the words of a mail, but not sign them
    const enclosures = this.#signed('notice.txt', Buffer.from(told));
    const words = `${told}The notice is attached; nothing answers to a reply.\n`;
    return { subject: `Notice for ${mail.userId}`, message: writeMessage(words, enclosures) };
  }

  async #receipt(mail: Mail): Promise<Content> {
    const found = await readReceiptOf(this.#parts.pool, mail);
    if (found === undefined) return 'gone';
    const words = `The file ${mail.about}\nof ${mail.userId} is now in the state: ${found.state.replaceAll('_', ' ')}.\nThe receipt is attached; nothing answers to a reply.\n`;
    const name = nameOfReceipt({ ...found, sha256: mail.about });
    return { subject: `Receipt for ${mail.userId}`, message: writeMessage(words, this.#signed(name, found.bytes)) };
  }

  async #report(mail: Mail): Promise<Content> {
    const { userId, about: event } = mail;
    const { pool, reports, operatorId, mostBytes } = this.#parts;
    // a report is not owed by this way once it is closed
    if (!(await this.#isOpen())) return 'gone';
    const subject = `Report for ${userId}`;
    await stampReport(pool, mail);
    try {
      const { file, release } = await reports.make({
        userId,
        event,
        operatorId,
        signal: AbortSignal.timeout(LONGEST_REPORT_MS),
      });
      try {
        const { size } = await file.stat();
        if (size > mostBytes * SHARE_OF_MAIL) {
          const words = `Messages of ${userId} are held: event ${event}.\nThe report has ${size} bytes, too many for a mail: fetch it from the portal, the API or by SFTP.\n`;
          return { subject, message: writeMessage(words, []) };
        }
        const bytes = await buffer(file.createReadStream({ start: 0, autoClose: false }));
        const words = `Messages of ${userId} are held: event ${event}.\nThe report is attached; nothing answers to a reply.\n`;
        return { subject, message: writeMessage(words, this.#signed(`${event}.csv`, bytes)) };
      } finally {
        await file.close();
        release();
      }
    } catch (error) {
      if (error instanceof PenstockError && error.code === 'request.not-found') return 'gone';
      throw error;
    }
  }
}
