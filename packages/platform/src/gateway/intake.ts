/**
 * The way of a message into the network, steps 2 to 6: read, verify, authorise, screen and record, answer.
 *
 * What it does: it judges a request by what the directory and the inventory say now, has it recorded, and answers
 * after the commit. What it does not: HTTP (server.ts), and sending on (delivery/). What always holds: an answer that
 * says 'accepted' was committed before it was given; the same bytes get the same answer; nothing of a message that is
 * not proven to come from its originator is recorded.
 */
import { hash } from 'node:crypto';
import {
  checkRequest,
  type DuisRequest,
  devicesConcerned,
  type Eui,
  formatRequestId,
  readMessage,
  SIGNED_PRE_COMMAND,
  type SignatureArithmetic,
  verifySignature,
  verifySignatureBy,
  type WebService,
} from '@penstock/duis';
import type { KnownDevice } from '../devices/devices.ts';
import type { Clock } from '../foundation/clock.ts';
import { PenstockError } from '../foundation/errors.ts';
import type { Committer, Settled } from '../messages/committer.ts';
import { keptOfRequest } from '../messages/header.ts';
import { countedByNone, type NewMessage } from '../messages/message.ts';
import type { Directory } from '../parties/directory.ts';
import type { DirectoryReader } from '../parties/directory-reader.ts';
import type { Screening } from '../thresholds/screening.ts';
import { type Answer, acknowledge, problemAnswer, problemOf, refuse } from './answer.ts';
import type { IntakeMetrics } from './metrics.ts';
import { judgeSigner, judgeTarget, judgeUser, type Refusal } from './refusal.ts';

/** Looks up target devices, many at a time (devices/device-lookup.ts). */
export interface DeviceSource {
  find(device: Eui): Promise<KnownDevice | undefined>;
}

/** Validates a message against the official schema, where the Operator supplies it. */
export interface SchemaValidator {
  /** Resolves to what is wrong, or undefined. */
  validate(bytes: Uint8Array): Promise<string | undefined>;
}

export interface IntakeParts {
  readonly directory: DirectoryReader<Screening>;
  readonly devices: DeviceSource;
  readonly committer: Committer;
  readonly clock: Clock;
  readonly operatorId: Eui;
  readonly metrics: IntakeMetrics;
  /** Verifies signatures elsewhere; undefined: on the spot. */
  readonly arithmetic: SignatureArithmetic | undefined;
  readonly schema: SchemaValidator | undefined;
}

/** A directory that moves this often within one message is being imported into; the sender tries again. */
const MOST_JUDGEMENTS = 5;

interface Judged {
  readonly refusal: Refusal | undefined;
  readonly rising: boolean;
  readonly lane: number;
  readonly isSmets1: boolean;
}

export class Intake {
  private readonly parts: IntakeParts;
  private readonly operatorIds: ReadonlySet<Eui>;

  constructor(parts: IntakeParts) {
    this.parts = parts;
    this.operatorIds = new Set([parts.operatorId]);
  }

  /** Takes one request in. Rejects with DuisError or PenstockError for what gets no DUIS answer. */
  async take(service: WebService, bytes: Uint8Array): Promise<Answer> {
    const { metrics } = this.parts;
    let started = performance.now();
    const message = readMessage(bytes);
    if (message.type !== 'request') {
      throw new PenstockError('gateway.not-a-request', { detail: 'a DUIS Response is delivered, not sent' });
    }
    started = metrics.stage('read', started);
    for (let judgement = 0; judgement < MOST_JUDGEMENTS; judgement++) {
      const answer = await this.judgeAndRecord(service, message, started);
      if (answer !== undefined) return answer;
      await this.parts.directory.reload();
    }
    throw new PenstockError('service.not-ready', { detail: 'certificates and roles are being changed' });
  }

  /** The answer, or undefined when the directory moved between judging and recording. */
  private async judgeAndRecord(service: WebService, request: DuisRequest, from: number): Promise<Answer | undefined> {
    const { metrics, directory, clock } = this.parts;
    const snapshot = directory.current();
    const instant = clock.now().getTime();
    let started = from;
    const unproven = await this.verify(request, snapshot, instant);
    started = metrics.stage('verify', started);
    if (unproven !== undefined) return problemAnswer(problemOf(unproven));
    const judged = await this.authorise(service, request, snapshot, instant);
    started = metrics.stage('authorise', started);
    const settled = await this.record(request, judged, snapshot, instant);
    metrics.stage('record', started);
    return settled.outcome === 'stale' ? undefined : answerOf(request, judged.refusal, settled);
  }

  private async verify(request: DuisRequest, snapshot: Directory, instant: number): Promise<Refusal | undefined> {
    const parts = request.signature;
    if (parts === undefined) return unsigned;
    if (parts.signer === undefined) return unnamedSigner;
    const certificate = snapshot.signer(parts.signer.issuer, parts.signer.serial);
    const refused = judgeSigner(certificate, request.requestId.originator, instant);
    if (certificate === undefined || refused !== undefined) return refused;
    const { arithmetic } = this.parts;
    const verdict =
      arithmetic === undefined
        ? verifySignature(parts, certificate.key)
        : await verifySignatureBy(arithmetic, parts, certificate.key);
    if (verdict.ok) return undefined;
    return {
      code: verdict.code,
      responseCode: undefined,
      detail: signatureDetails[verdict.code] ?? '',
      where: 'Signature',
    };
  }

  private async authorise(
    service: WebService,
    request: DuisRequest,
    snapshot: Directory,
    instant: number,
  ): Promise<Judged> {
    const { originator, target } = request.requestId;
    const user = snapshot.user(originator);
    const judged = (refusal: Refusal | undefined, isSmets1 = false): Judged => ({
      refusal,
      isSmets1,
      rising: user?.risingCounters ?? true,
      lane: user?.lane ?? 0,
    });
    const invalid = await this.parts.schema?.validate(request.bytes);
    if (invalid !== undefined) {
      return judged({ code: 'gateway.schema', responseCode: undefined, detail: invalid, where: undefined });
    }
    const breach = checkRequest(request, { service, operatorIds: this.operatorIds });
    if (breach !== undefined) {
      return judged({ ...breach, responseCode: breach.responseCode, detail: breach.message });
    }
    const srv = request.serviceReferenceVariant;
    const eligible = judgeUser(user, srv, request.commandVariant, instant);
    if ('code' in eligible) return judged(eligible);
    if (this.operatorIds.has(target)) return judged(undefined);
    const device = await this.parts.devices.find(target);
    return judged(judgeTarget(device, target, originator, eligible.roles, srv, instant), device?.isSmets1);
  }

  private record(
    request: DuisRequest,
    judged: Judged,
    snapshot: Directory<Screening>,
    instant: number,
  ): Promise<Settled> {
    const { requestId } = request;
    const { refusal, isSmets1 } = judged;
    const signer = request.signature?.signer;
    const described = {
      direction: 'southbound',
      kind: request.body.name === SIGNED_PRE_COMMAND ? 'signed_pre_command' : 'service_request',
      commandVariant: request.commandVariant,
      srv: request.serviceReferenceVariant,
    } as const;
    const breach = refusal === undefined ? snapshot.rules.limits.breachOf(request, { isSmets1, instant }) : undefined;
    const passes = refusal === undefined && breach === undefined;
    const message: NewMessage = {
      ...described,
      userId: requestId.originator,
      lane: judged.lane,
      verdict: refusal === undefined ? 'passed' : 'refused',
      originator: requestId.originator,
      target: requestId.target,
      counter: requestId.counter,
      code: refusal === undefined ? 'I99' : (refusal.responseCode ?? ''),
      reason: refusal?.code,
      sha256: hash('sha256', request.bytes, 'buffer'),
      bytes: request.bytes,
      rising: judged.rising,
      devices: refusal === undefined ? devicesConcerned(request) : [],
      signer: signer && snapshot.signer(signer.issuer, signer.serial)?.id,
      counted: passes ? snapshot.rules.thresholds.countedBy(requestId.originator, described) : countedByNone,
      breach,
      header: keptOfRequest(request),
    };
    return this.parts.committer.record(message, snapshot.version);
  }
}

const unsigned: Refusal = {
  code: 'duis.signature.absent',
  responseCode: undefined,
  detail: 'the request has no signature',
  where: 'Request',
};

const unnamedSigner: Refusal = {
  code: 'gateway.signer-unknown',
  responseCode: undefined,
  detail: 'the signature does not name its signer by issuer and serial number',
  where: 'Signature/KeyInfo',
};

const signatureDetails: Readonly<Record<string, string>> = {
  'duis.signature.digest': 'the digest of the message is not the one that was signed',
  'duis.signature.value': 'the signature value does not verify with the certificate that it names',
};

/** The answer of the first time: the acknowledgement, or the refusal, whatever would be said of the message now. */
function repeatedAnswer(
  request: DuisRequest,
  refusal: Refusal | undefined,
  { at, code, reason }: Extract<Settled, { outcome: 'repeated' }>,
): Answer {
  if (reason === undefined) return acknowledge(request, at);
  if (refusal?.code === reason) return refuse(request, refusal, at);
  const first = { code: reason, responseCode: code === '' ? undefined : code, where: undefined };
  return refuse(request, { ...first, detail: 'these bytes were refused before; sign the request anew' }, at);
}

function answerOf(
  request: DuisRequest,
  refusal: Refusal | undefined,
  settled: Exclude<Settled, { outcome: 'stale' }>,
): Answer {
  switch (settled.outcome) {
    case 'recorded':
      return refusal === undefined ? acknowledge(request, settled.at) : refuse(request, refusal, settled.at);
    case 'repeated':
      return { ...repeatedAnswer(request, refusal, settled), outcome: 'repeated' };
    case 'conflict':
      return problemAnswer(
        problemOf({
          code: 'gateway.request-id-reused',
          responseCode: undefined,
          detail: `${formatRequestId(request.requestId)} was sent before with other content`,
          where: 'Header/RequestID',
        }),
      );
    case 'replayed':
      return problemAnswer(
        problemOf({
          code: 'gateway.replayed',
          responseCode: undefined,
          detail: `the counter of ${formatRequestId(request.requestId)} is not above earlier ones for this device`,
          where: 'Header/RequestID',
        }),
      );
  }
}
