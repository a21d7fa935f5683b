// Tells people by e-mail that there are notices for them, those who chose so.
//
// What always holds: a mail says that there is something and where to read it, and nothing of what it is, of whom, or for
// which User ID: it goes in clear text to an address that has no certificate. It goes only to a person who may read the
// notices when it is sent.
import { createHash } from 'node:crypto';
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import type { Clock } from '../../foundation/clock.ts';
import { messageOf } from '../../foundation/errors.ts';
import { Every } from '../../foundation/every.ts';
import type { Log } from '../../foundation/log.ts';
import { rightsOf } from '../../foundation/rights.ts';
import { LOOK_EVERY_MS, Worker } from '../../foundation/worker.ts';
import { findPerson } from '../../people/people-store.ts';
import {
  dropOldNoticeMails,
  endNoticeMail,
  type NoticeMail,
  queueNoticeMails,
  retryNoticeMail,
  takeNoticeMail,
} from './notice-mail-store.ts';
import { pauseAfter } from './outbox.ts';
import type { Relay } from './relay.ts';
import { writePlainMail } from './write-mail.ts';

const QUEUE_SECONDS = 10;
const UPKEEP_SECONDS = 300;
const GIVEN_UP_AFTER_MS = 24 * 60 * 60 * 1000;

export interface NoticeMailParts {
  readonly pool: pg.Pool;
  readonly log: Log;
  readonly clock: Clock;
  readonly operatorId: Eui;
  readonly relay: Relay;
  /** From whom they come. */
  readonly address: string;
  /** The address of the portal. */
  readonly portal: string;
}

export class NoticeMails {
  readonly #parts: NoticeMailParts;
  readonly #worker: Worker;
  #rounds: Every[] = [];

  constructor(parts: NoticeMailParts) {
    this.#parts = parts;
    this.#worker = new Worker(parts.log, 'a person was not told by e-mail; it is tried again', async () =>
      (await this.sendNext()) ? 0 : LOOK_EVERY_MS * 8,
    );
  }

  start(): void {
    const { pool, log, operatorId } = this.#parts;
    this.#rounds = [
      new Every(QUEUE_SECONDS, log, 'mails to people were not queued', () => queueNoticeMails(pool, operatorId)),
      new Every(UPKEEP_SECONDS, log, 'old mails to people were not dropped', () => dropOldNoticeMails(pool)),
    ];
    this.#worker.start();
  }

  async stop(): Promise<void> {
    await Promise.all([this.#worker.stop(), ...this.#rounds.map((round) => round.stop())]);
  }

  /** Sends one mail that is due; false: there is none. */
  async sendNext(): Promise<boolean> {
    const { pool, relay, log, clock } = this.#parts;
    const mail = await takeNoticeMail(pool);
    if (mail === undefined) return false;
    const { personId, tries, queuedAt } = mail;
    const to = await this.#addressOf(mail);
    if (to === undefined) {
      await endNoticeMail(pool, mail, 'dropped', 'the person may not read them any more');
      return true;
    }
    try {
      await relay.send({ to, raw: this.#write(mail, to) });
      await endNoticeMail(pool, mail, 'sent');
      log.info({ personId, notices: mail.count }, 'a person was told of notices by e-mail');
    } catch (error) {
      const failure = messageOf(error);
      const isOver = clock.now().getTime() - queuedAt.getTime() > GIVEN_UP_AFTER_MS;
      log.warn({ personId, tries, failure, isOver }, 'a mail to a person was not passed on');
      if (isOver) await endNoticeMail(pool, mail, 'dropped', failure);
      else await retryNoticeMail(pool, mail, pauseAfter(tries), failure);
    }
    return true;
  }

  /** Undefined: the person may not read these notices now. The ready people of a demonstration have no mail. */
  async #addressOf({ userId, personId }: NoticeMail): Promise<string | undefined> {
    const { pool, operatorId } = this.#parts;
    const person = await findPerson(pool, personId, operatorId);
    const choice = person?.choices.find((each) => each.userId === userId);
    if (person === undefined || choice === undefined || person.isDemonstration) return undefined;
    return rightsOf(choice.role).has('quarantine.see') ? person.email : undefined;
  }

  #write({ userId, personId, count, first }: NoticeMail, to: string): Buffer {
    const { address, portal, clock } = this.#parts;
    const key = createHash('sha256').update([userId, personId, first].join(' ')).digest('hex');
    const words = [
      count === 1 ? 'There is a new notice for you.' : `There are ${count} new notices for you.`,
      '',
      `Sign in to read: ${portal}/notices`,
      `To be told otherwise: ${portal}/told`,
      '',
      'This mail says no more, because it is not encrypted. Nothing answers to a reply.',
      '',
    ].join('\n');
    return writePlainMail(
      {
        from: address,
        to,
        subject: count === 1 ? 'A new notice' : `${count} new notices`,
        date: clock.now(),
        messageId: `${key}${address.slice(address.indexOf('@'))}`,
      },
      words,
    );
  }
}
