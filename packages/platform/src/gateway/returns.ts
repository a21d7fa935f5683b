/**
 * What comes back from the network: responses, pre-commands and alerts, each for one User.
 *
 * What it does: it checks that the Operator signed it and whom it is for, and has it recorded on the User's northbound
 * stream. What it does not: delivery (delivery/), and storm protection, which will stand between. What always holds:
 * a message is recorded once, however often the network delivers it; what was answered 'recorded' is committed.
 */
import { hash } from 'node:crypto';
import {
  type DuisResponse,
  devicesConcerned,
  type Eui,
  readMessage,
  type SignatureArithmetic,
  verifySignatureBy,
} from '@penstock/duis';
import type { Clock } from '../foundation/clock.ts';
import { PenstockError } from '../foundation/errors.ts';
import type { Committer } from '../messages/committer.ts';
import { keptOfResponse } from '../messages/header.ts';
import { alertCounter, formatPosition, type MessageKind, type NewMessage } from '../messages/message.ts';
import type { Directory } from '../parties/directory.ts';
import type { DirectoryReader } from '../parties/directory-reader.ts';
import type { Screening } from '../thresholds/screening.ts';
import { failureProblem } from './answer.ts';
import { judgeSigner } from './refusal.ts';

export interface DeliveredMessage {
  /** Whom the network says it is for. */
  readonly recipient: Eui;
  readonly bytes: Uint8Array;
}

export interface DeliveryResult {
  readonly outcome: 'recorded' | 'repeated' | 'refused';
  /** The registered code of a refusal, and what is wrong. */
  readonly code?: string;
  readonly detail?: string;
  readonly position?: string;
}

export interface ReturnsParts {
  readonly directory: DirectoryReader<Screening>;
  readonly committer: Committer;
  readonly clock: Clock;
  readonly operatorId: Eui;
  readonly arithmetic: SignatureArithmetic;
}

const MOST_JUDGEMENTS = 5;

export class Returns {
  private readonly parts: ReturnsParts;

  constructor(parts: ReturnsParts) {
    this.parts = parts;
  }

  /**
   * Records the messages in their order; one that is refused does not stop the others. One result a message, in order.
   * Rejects when the platform cannot record now: the network then delivers all of them again, and those recorded are
   * 'repeated'.
   */
  async take(messages: readonly DeliveredMessage[]): Promise<DeliveryResult[]> {
    if (this.parts.committer.isFull) {
      throw new PenstockError('service.not-ready', { detail: 'too many messages wait to be recorded' });
    }
    const results: (DeliveryResult | undefined)[] = messages.map(() => undefined);
    for (let judgement = 0; judgement < MOST_JUDGEMENTS; judgement++) {
      const open = [...messages.entries()].filter(([index]) => results[index] === undefined);
      if (open.length === 0) return results.filter((result) => result !== undefined);
      if (judgement > 0) await this.parts.directory.reload();
      await this.judgeAndRecord(open, results);
    }
    throw new PenstockError('service.not-ready', { detail: 'certificates and roles are being changed' });
  }

  /** Fills in the results; those whose judgement the directory has overtaken stay undefined. */
  private async judgeAndRecord(
    open: readonly (readonly [number, DeliveredMessage])[],
    results: (DeliveryResult | undefined)[],
  ): Promise<void> {
    const snapshot = this.parts.directory.current();
    // Signatures are verified side by side and end in any order, so all are awaited before the first is recorded.
    const judged = await Promise.all(open.map(([, message]) => this.judgeOrRefuse(message, snapshot)));
    const recording = judged.map(async (one, index) => {
      const at = open[index]?.[0] ?? 0;
      if ('outcome' in one) {
        results[at] = one;
        return;
      }
      const settled = await this.parts.committer.record(one, snapshot.version);
      if (settled.outcome === 'recorded' || settled.outcome === 'repeated') {
        results[at] = { outcome: settled.outcome, position: formatPosition(settled.position) };
      } else if (settled.outcome !== 'stale') {
        throw new Error(`a northbound message was settled as ${settled.outcome}`);
      }
    });
    // the answer comes when all of it is over: who delivers again then does not race with the first time
    for (const one of await Promise.allSettled(recording)) if (one.status === 'rejected') throw one.reason;
  }

  private async judgeOrRefuse(
    message: DeliveredMessage,
    snapshot: Directory<Screening>,
  ): Promise<NewMessage | DeliveryResult> {
    try {
      return await this.judge(message, snapshot);
    } catch (error) {
      const { code, detail, status } = failureProblem(error);
      // what may go well later must be delivered again, so it is not called refused
      if (status >= 500) throw error;
      return { outcome: 'refused', code, ...(detail === undefined ? {} : { detail }) };
    }
  }

  /** Rejects with DuisError or PenstockError when the message is not the Operator's or not for its recipient. */
  private async judge(delivered: DeliveredMessage, snapshot: Directory<Screening>): Promise<NewMessage> {
    const message = readMessage(delivered.bytes);
    if (message.type !== 'response') {
      throw new PenstockError('gateway.not-a-response', { detail: 'the network delivers DUIS Responses' });
    }
    await this.requireOperatorSignature(message, snapshot);
    const user = snapshot.user(delivered.recipient);
    const named = [message.requestId?.originator, message.responseId?.target].filter((eui) => eui !== undefined);
    if (user === undefined || named.some((eui) => eui !== delivered.recipient)) {
      throw new PenstockError('gateway.recipient', {
        detail:
          user === undefined
            ? `there is no User ID ${delivered.recipient}`
            : `the message names ${named.join(' and ')}`,
        where: 'Header',
      });
    }
    const sha256 = hash('sha256', message.bytes, 'buffer');
    const described = { direction: 'northbound', commandVariant: undefined, ...describe(message) } as const;
    const target = message.requestId?.target ?? message.responseId?.originator ?? this.parts.operatorId;
    const counter = message.requestId?.counter ?? message.responseId?.counter ?? alertCounter(sha256);
    return {
      ...described,
      userId: delivered.recipient,
      lane: user.lane,
      verdict: 'passed',
      originator: message.requestId?.originator,
      target,
      counter,
      reason: undefined,
      sha256,
      bytes: message.bytes,
      rising: false,
      devices: devicesConcerned(message),
      signer: undefined,
      counted: snapshot.rules.thresholds.countedBy(delivered.recipient, described),
      breach: undefined,
      header: keptOfResponse(message, { originator: delivered.recipient, target, counter }),
    };
  }

  private async requireOperatorSignature(message: DuisResponse, snapshot: Directory): Promise<void> {
    const parts = message.signature;
    const certificate =
      parts?.signer === undefined ? undefined : snapshot.signer(parts.signer.issuer, parts.signer.serial);
    const refusal = judgeSigner(certificate, this.parts.operatorId, this.parts.clock.now().getTime());
    if (certificate === undefined || refusal !== undefined) {
      throw new PenstockError('gateway.signer-not-operator', {
        detail: refusal?.detail ?? 'the message is not signed',
      });
    }
    const verdict = await verifySignatureBy(this.parts.arithmetic, parts, certificate.key);
    if (!verdict.ok)
      throw new PenstockError('gateway.signer-not-operator', { detail: `its signature fails: ${verdict.code}` });
  }
}

/** What a response is, by the element of its body; the code alone does not tell (AD1 is a DCC alert). */
function describe(message: DuisResponse): { kind: MessageKind; code: string; srv: string | undefined } {
  const { body, responseCode } = message;
  const srv = body.child('ServiceReferenceVariant')?.text();
  switch (body.name) {
    case 'ResponseMessage':
      if (body.child('PreCommand') !== undefined) return { kind: 'pre_command', code: responseCode, srv };
      return { kind: responseCode === 'I99' ? 'acknowledgement' : 'response', code: responseCode, srv };
    case 'DeviceAlertMessage':
      return { kind: 'device_alert', code: body.child('AlertCode')?.text() ?? responseCode, srv };
    case 'DCCAlertMessage':
      return { kind: 'dcc_alert', code: body.child('DCCAlertCode')?.text() ?? responseCode, srv };
    case 'SMETS1ResponseMessage':
      return { kind: 'smets1_response', code: responseCode, srv };
    default:
      throw new PenstockError('gateway.not-a-response', {
        detail: `a Response has no body ${body.name}`,
        where: 'Body',
      });
  }
}
