import { createPrivateKey } from 'node:crypto';
import {
  catalogue,
  type Eui,
  formatRequestId,
  type RequestId,
  type ServiceRequestVariant,
  type SignedCommandVariant,
  type Signer,
  serviceFor,
  signMessage,
  type WebService,
  writeSignedPreCommand,
} from '@penstock/duis';
import type { Reach } from './eligibility.ts';
import type { Device, DeviceKind } from './homes.ts';
import { OPERATOR_ID, type SimulatedUser } from './parties.ts';
import type { Credential, Pki } from './pki.ts';
import type { Random } from './random.ts';
import type { Slot, Template } from './templates.ts';

/**
 * Fills templates for one home, gives each message a counter of its own and signs it.
 */

/** A signed message and where it goes; the bytes never change again, however often it is sent. */
export interface PreparedRequest {
  readonly user: SimulatedUser;
  readonly service: WebService;
  readonly bytes: Uint8Array;
  readonly requestId: RequestId;
  readonly srv: string;
  readonly commandVariant: number;
}

/** Rising counters for each pair of User and target. */
export class Counters {
  readonly #base: bigint;
  readonly #last = new Map<string, bigint>();

  /** @param base what a pair's first counter is above; a later run against the same gateway needs a higher one */
  constructor(base: bigint) {
    this.#base = base;
  }

  next(originator: Eui, target: Eui): bigint {
    const key = originator + target;
    const counter = (this.#last.get(key) ?? this.#base) + 1n;
    this.#last.set(key, counter);
    return counter;
  }
}

/** The counter base for a run that begins at this instant: 65,536 counters a millisecond, so runs never overlap. */
export function counterBase(now: Date): bigint {
  return BigInt(now.getTime()) << 16n;
}

/** What `signMessage` needs of a certificate. */
export function signerOf(credential: Credential): Signer {
  return { privateKey: createPrivateKey(credential.key), issuer: credential.issuer, serial: credential.serial };
}

/** The signers of these User IDs. Throws when one has no certificate. */
export function signersOf(pki: Pki, userIds: readonly Eui[]): ReadonlyMap<Eui, Signer> {
  return new Map(
    userIds.map((userId) => {
      const credentials = pki.users.get(userId);
      if (credentials === undefined) throw new Error(`no certificate for ${userId}`);
      return [userId, signerOf(credentials.signing)];
    }),
  );
}

export interface RequestMakerOptions {
  readonly random: Random;
  readonly counters: Counters;
  readonly signers: ReadonlyMap<Eui, Signer>;
  /** Devices that left their homes, of each kind that a request names as replaced. */
  readonly former: readonly Device[];
}

/** Opaque payloads are cut from one block: drawing each byte anew would cost more than the signature. */
const PAYLOAD_BLOCK = 65_536;
/** The sizes of critical GBCS commands lie in this range; most are a few hundred bytes. */
const PAYLOAD_BYTES = { least: 120, most: 520 };
const FIRMWARE_BYTES = 2_048;

export class RequestMaker {
  readonly #random: Random;
  readonly #counters: Counters;
  readonly #signers: ReadonlyMap<Eui, Signer>;
  readonly #former: readonly Device[];
  readonly #block: Buffer;

  constructor({ random, counters, signers, former }: RequestMakerOptions) {
    this.#random = random;
    this.#counters = counters;
    this.#signers = signers;
    this.#former = former;
    this.#block = random.bytes(PAYLOAD_BLOCK);
  }

  /**
   * A request of this template about one home.
   * @param others homes from which lists of devices are filled up; the home itself comes first
   */
  request(user: SimulatedUser, template: Template, reach: Reach, others: readonly Reach[] = []): PreparedRequest {
    const requestId = this.#requestId(user, template, reach);
    const commandVariant = commandVariantOf(template);
    let text = '';
    for (const [index, slot] of template.slots.entries()) {
      text += `${template.texts[index]}${this.#fill(slot, { requestId, commandVariant, template, reach, others })}`;
    }
    text += template.texts[template.slots.length] ?? '';
    return this.#sign(user, text, requestId, template.srv, commandVariant);
  }

  /** A signed pre-command of this template's service, as if its pre-command had come back; the payload is opaque. */
  signedPreCommand(
    user: SimulatedUser,
    template: Template,
    reach: Reach,
    commandVariant: SignedCommandVariant,
  ): PreparedRequest {
    const requestId = this.#requestId(user, template, reach);
    return this.#signPreCommand(user, template.srv, requestId, commandVariant, this.payload());
  }

  /** The signed pre-command that answers a pre-command: a new RequestID to the same device, and its payload. */
  answerPreCommand(user: SimulatedUser, srv: string, target: Eui, payload: Uint8Array): PreparedRequest {
    const requestId = { originator: user.userId, target, counter: this.#counters.next(user.userId, target) };
    return this.#signPreCommand(user, srv, requestId, 5, payload);
  }

  #signPreCommand(
    user: SimulatedUser,
    srv: string,
    requestId: RequestId,
    commandVariant: SignedCommandVariant,
    payload: Uint8Array,
  ): PreparedRequest {
    const text = writeSignedPreCommand({ requestId, commandVariant, serviceReferenceVariant: srv }, payload);
    return this.#sign(user, text, requestId, srv, commandVariant);
  }

  #sign(user: SimulatedUser, text: string, requestId: RequestId, srv: string, commandVariant: number): PreparedRequest {
    const signer = this.#signers.get(user.userId);
    if (signer === undefined) throw new Error(`no signer for ${user.userId}`);
    const service = serviceFor(commandVariant);
    if (service === undefined) throw new RangeError(`no web service takes Command Variant ${commandVariant}`);
    return { user, service, bytes: signMessage(text, signer), requestId, srv, commandVariant };
  }

  /** Opaque bytes of the size of a GBCS message. */
  payload(): Buffer {
    const length = PAYLOAD_BYTES.least + this.#random.below(PAYLOAD_BYTES.most - PAYLOAD_BYTES.least);
    return this.#bytes(length);
  }

  #bytes(length: number): Buffer {
    const at = this.#random.below(PAYLOAD_BLOCK - length);
    return this.#block.subarray(at, at + length);
  }

  #requestId(user: SimulatedUser, template: Template, reach: Reach): RequestId {
    const target = template.target === undefined ? OPERATOR_ID : deviceOf(reach, [template.target]).device;
    return { originator: user.userId, target, counter: this.#counters.next(user.userId, target) };
  }

  #fill(slot: Slot, about: Filling): string {
    const { requestId, commandVariant, reach } = about;
    switch (slot.fill) {
      case 'request-id':
        return formatRequestId(requestId);
      case 'command-variant':
        return String(commandVariant);
      case 'device':
        return deviceOf(reach, slot.kinds, about.template.target).device;
      case 'device-list':
        return this.#deviceList(slot.kinds, about);
      case 'former-device':
        return this.#random.pick(this.#former.filter(({ kind }) => kind === slot.kind)).device;
      case 'new-device':
        return this.#newDevice();
      case 'import-mpxn':
        return pointOf(about);
      case 'mpxn':
        return pointOf(about);
      case 'import-mpan':
        return reach.home.importMpan ?? NO_MPAN;
      case 'secondary-import-mpan':
        return reach.home.importMpan ?? NO_MPAN;
      case 'export-mpan':
        return reach.home.exportMpan ?? NO_MPAN;
      case 'mprn':
        return reach.home.mprn ?? NO_MPRN;
      case 'original-request-id': {
        const [device] = reach.devices.values();
        return formatRequestId({ ...requestId, target: device?.device ?? requestId.target });
      }
      case 'schedule-id':
        return String(1 + this.#random.below(1_000_000));
      case 'firmware-image':
        return this.#bytes(FIRMWARE_BYTES).toString('base64');
      case 'postcode':
        return reach.home.postcode;
    }
  }

  #deviceList(kinds: readonly DeviceKind[], { reach, others }: Filling): string {
    const devices = [reach, ...others].flatMap((each) => kinds.flatMap((kind) => each.devices.get(kind)?.device ?? []));
    return [...new Set(devices)].join(',');
  }

  /** The EUI of a device that nobody has heard of yet. */
  #newDevice(): string {
    const hex = this.#random.bytes(6).toString('hex').toUpperCase();
    return `02-5D-${hex.match(/../g)?.join('-') ?? ''}`;
  }
}

interface Filling {
  readonly requestId: RequestId;
  readonly commandVariant: number;
  readonly template: Template;
  readonly reach: Reach;
  readonly others: readonly Reach[];
}

const NO_MPAN = '1000000000000';
const NO_MPRN = '1000000000';

/** The metering point that a request to, or about, a meter of a fuel means. */
function pointOf({ template, reach: { home, role } }: Filling): string {
  const gas = template.target === 'GSME' || template.target === 'GPF' || role === 'GS' || role === 'GT';
  return (gas ? home.mprn : home.importMpan) ?? home.importMpan ?? home.mprn ?? NO_MPAN;
}

function deviceOf(reach: Reach, kinds: readonly DeviceKind[], not?: DeviceKind): Device {
  for (const kind of kinds) {
    const device = kind === not ? undefined : reach.devices.get(kind);
    if (device !== undefined) return device;
  }
  throw new Error(`home ${reach.home.id} has none of ${kinds.join(', ')} within reach`);
}

/** The service of a template. Throws on one that the catalogue does not know. */
export function serviceOf(template: Pick<Template, 'srv'>): ServiceRequestVariant {
  const service = catalogue.get(template.srv);
  if (service === undefined) throw new Error(`the catalogue has no SRV ${template.srv}`);
  return service;
}

/** The template's own Command Variant where its service allows it; else the first it allows. */
function commandVariantOf(template: Template): number {
  const { commandVariants } = serviceOf(template);
  return commandVariants.includes(template.commandVariant) ? template.commandVariant : (commandVariants[0] ?? 1);
}
