// Takes the file of a mail in: opens the envelope, asks who signed, and hands both to the one intake. Nobody signs in
// before a mail, so only what an officer of the User ID signed is kept; all else is refused and leaves nothing.
import { createHash } from 'node:crypto';
import type { Eui } from '@penstock/duis';
import { EnvelopeError, type Opened, type Opener, openEnvelope } from '@penstock/files/envelope';
import { readSignature } from '@penstock/files/signature';
import type pg from 'pg';
import type { Clock } from '../../foundation/clock.ts';
import { PenstockError } from '../../foundation/errors.ts';
import type { Log } from '../../foundation/log.ts';
import { Turns } from '../../foundation/turns.ts';
import { countRecipients } from '../../parties/email-recipients-store.ts';
import type { Officer } from '../../parties/officers.ts';
import { isActiveUser } from '../../parties/parties-store.ts';
import { type Part, receiveFile } from '../../submissions/receive.ts';
import { judge } from '../../submissions/signatures.ts';
import type { TrustFiles } from '../../submissions/trust.ts';
import { type OpenedMail, readMail, readOpened } from './mail.ts';
import { MailFault } from './mime.ts';

export interface MailTakerParts {
  readonly pool: pg.Pool;
  readonly log: Log;
  readonly clock: Clock;
  readonly trust: TrustFiles;
  readonly opener: Opener;
  readonly mostBytes: number;
  readonly mostKeptBytes: number;
  /** Days for which a signature counts. */
  readonly signatureDays: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** An officer's clock may be wrong. */
const MOST_DAYS_AHEAD = 1;

/** What the sender of a mail is told. */
export interface Taken {
  readonly userId: Eui;
  readonly sha256: string;
  /** Addresses to which receipts go. */
  readonly addresses: number;
}

/**
 * All that is said of an envelope that is not authentic (AES-CBC), until a valid signature shows that nobody changed it:
 * whoever could tell a wrong padding from a wrong content could read a mail that is not his own, one try after another.
 */
const NOT_TAKEN =
  'it cannot be opened, or is not exactly a file and its signature (a name that ends in .p7s) by an officer of the User ID that the subject names. Encrypt with AES-256-GCM to be told which';

function refusal(detail: string): PenstockError {
  return new PenstockError('email.mail', { detail });
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

async function* partsOf({ file, signature }: OpenedMail): AsyncGenerator<Part> {
  yield { name: 'signature', bytes: once(signature) };
  yield { name: 'file', fileName: file.name, bytes: once(file.bytes) };
}

export class MailTaker {
  readonly #parts: MailTakerParts;
  /** Each has a mail several times in memory while it is opened. */
  readonly #turns = new Turns(1);

  constructor(parts: MailTakerParts) {
    this.#parts = parts;
  }

  /**
   * When it resolves, the file is committed.
   * @throws PenstockError 'email.mail' and what receiving a file throws
   */
  take(bytes: Buffer): Promise<Taken> {
    return this.#turns.run(() => this.#take(bytes));
  }

  async #take(bytes: Buffer): Promise<Taken> {
    const { pool, log, trust, mostBytes, mostKeptBytes } = this.#parts;
    // before anything is opened: without it nothing could be taken
    trust.current();
    const { mail, officer } = await this.#open(bytes);
    const { userId } = mail;
    const sha256 = await receiveFile(pool, {
      userId,
      parts: partsOf(mail),
      mostBytes,
      mostKeptBytes,
      start: { pausedBy: undefined, rate: undefined },
      way: 'email',
      by: officer.name,
    });
    const submission = sha256.toString('hex');
    log.info({ userId, submission }, 'a file came in by e-mail');
    return { userId, sha256: submission, addresses: await countRecipients(pool, userId) };
  }

  async #open(bytes: Buffer): Promise<{ mail: OpenedMail; officer: Officer }> {
    const { opener, log } = this.#parts;
    let opened: Opened | undefined;
    try {
      const sealed = readMail(bytes);
      try {
        opened = openEnvelope(sealed.envelope, opener);
        const mail = readOpened(opened.content, sealed);
        return { mail, officer: await this.#officerOf(mail) };
      } catch (error) {
        if (!(error instanceof EnvelopeError || error instanceof MailFault)) throw error;
        // not to the sender; whoever runs the platform may know
        log.info({ why: error.message }, 'a mail was not taken');
        const isPublic = opened?.isAuthentic === true || isOfEnvelope(error);
        throw refusal(isPublic ? error.message : NOT_TAKEN);
      }
    } catch (error) {
      throw error instanceof MailFault ? refusal(error.message) : error;
    }
  }

  /** @throws MailFault when nobody signed who may */
  async #officerOf({ userId, file, signature }: OpenedMail): Promise<Officer> {
    const { pool, clock, trust } = this.#parts;
    const at = clock.now();
    const verdict = await judge(
      pool,
      { bytes: signature },
      {
        submission: { userId },
        digests: async (algorithm) => createHash(algorithm).update(file.bytes).digest(),
        trust: trust.current(),
        at,
        judgedAt: at,
      },
    );
    if (verdict.officer === undefined) throw new MailFault(verdict.detail ?? 'the signature is not taken');
    this.#requireFresh(signature, at);
    if (!(await isActiveUser(pool, userId))) throw new MailFault('the User ID of the subject is not active');
    return verdict.officer;
  }

  /**
   * Whoever has a copy of a mail can send it again, also one that was refused while the way was closed, and nobody signs in
   * before it: the officer's own time, which is signed, says that it is meant for now. @throws MailFault
   */
  #requireFresh(signature: Buffer, now: Date): void {
    const { signatureDays } = this.#parts;
    const { signingTime } = readSignature(signature);
    const age = signingTime === undefined ? undefined : (now.getTime() - signingTime.getTime()) / DAY_MS;
    if (age !== undefined && age <= signatureDays && age >= -MOST_DAYS_AHEAD) return;
    throw new MailFault(
      `by e-mail a signature counts for ${signatureDays} days after the time at which it says it was made, which is ${signingTime?.toISOString() ?? 'missing'}: sign the file anew`,
    );
  }
}

/** What anybody sees who has the mail, so that it may be said: its form, its algorithms, for whom it is. */
function isOfEnvelope(error: Error): boolean {
  return error instanceof EnvelopeError && error.code !== 'files.envelope.opening';
}
