import {
  type DuisRequest,
  element,
  gbcsPayloadPart,
  type InventoryDevice,
  inventoryPart,
  localCommandPart,
  scheduleIdPart,
  type XmlElement,
} from '@penstock/duis';
import type { Device, Home, Network } from './homes.ts';
import type { Random } from './random.ts';

/**
 * How the network answers a request: with what, and after how long. Decides only; writing, signing and delivering are
 * done elsewhere. Times are our own: seconds for a device on a good day, minutes for one that is hard to reach.
 */

/** What an answer is: a pre-command, an error, or a response with one part of ResponseMessage or none. */
export type AnswerContent =
  | { readonly kind: 'pre-command'; readonly payload: Buffer }
  | { readonly kind: 'error'; readonly responseCode: string }
  | { readonly kind: 'response'; readonly part?: XmlElement };

export interface PlannedAnswer {
  /** Milliseconds after the request was taken. */
  readonly after: number;
  readonly content: AnswerContent;
}

export interface AnswerOptions {
  readonly network: Network;
  readonly random: Random;
  /** Share of requests to devices that end in an error. */
  readonly errorShare: number;
  /** Multiplies every delay: 0.01 makes a minute of waiting more than half a second. */
  readonly delayScale: number;
}

/** Means of the delays, in milliseconds. */
const TRANSFORM = 400;
const OPERATOR = 250;
const DEVICE = 4_000;
/** One device in ten is hard to reach; what fails, fails after the retries of the network. */
const HARD_TO_REACH = { share: 0.1, mean: 45_000 };
const FAILURE = 90_000;
/** Cannot communicate with the device; no answer in time. */
const DEVICE_ERRORS = ['E20', 'E21'] as const;
const READ_BYTES = { least: 100, most: 900 };
const PAYLOAD_BLOCK = 65_536;

export class Answers {
  readonly #options: AnswerOptions;
  readonly #homes = new Map<string, Home>();
  readonly #block: Buffer;

  constructor(options: AnswerOptions) {
    this.#options = options;
    this.#block = options.random.bytes(PAYLOAD_BLOCK);
    for (const home of options.network.homes) {
      for (const { device } of home.devices) this.#homes.set(device, home);
      for (const mpxn of [home.importMpan, home.exportMpan, home.mprn]) {
        if (mpxn !== undefined) this.#homes.set(mpxn, home);
      }
    }
  }

  /** Every answer that a request will get; a command for local delivery and for the device gets two. */
  to(request: DuisRequest): PlannedAnswer[] {
    switch (request.commandVariant) {
      case 4:
        return [this.#plan(TRANSFORM, { kind: 'pre-command', payload: this.payload() })];
      case 2:
      case 6:
        return [this.#localCommand()];
      case 3:
      case 7:
        return [this.#localCommand(), this.#fromDevice(request)];
      case 8:
        return [this.#plan(OPERATOR, this.#operatorContent(request))];
      default:
        return [this.#fromDevice(request)];
    }
  }

  /** Opaque bytes of the size of a GBCS message. */
  payload(): Buffer {
    const { random } = this.#options;
    const length = READ_BYTES.least + random.below(READ_BYTES.most - READ_BYTES.least);
    const at = random.below(PAYLOAD_BLOCK - length);
    return this.#block.subarray(at, at + length);
  }

  #plan(mean: number, content: AnswerContent): PlannedAnswer {
    const { random, delayScale } = this.#options;
    return { after: random.exponential(mean) * delayScale, content };
  }

  #localCommand(): PlannedAnswer {
    return this.#plan(TRANSFORM, { kind: 'response', part: localCommandPart(this.payload()) });
  }

  #fromDevice(request: DuisRequest): PlannedAnswer {
    const { random, errorShare } = this.#options;
    if (random.chance(errorShare))
      return this.#plan(FAILURE, { kind: 'error', responseCode: random.pick(DEVICE_ERRORS) });
    const mean = random.chance(HARD_TO_REACH.share) ? HARD_TO_REACH.mean : DEVICE;
    return this.#plan(mean, { kind: 'response', part: this.#devicePart(request) });
  }

  /** 9.1 alone is not opaque: the customer's number comes back readable. */
  #devicePart({ serviceReferenceVariant }: DuisRequest): XmlElement {
    const payload = gbcsPayloadPart(this.payload());
    if (serviceReferenceVariant !== '9.1') return payload;
    const number = String(this.#options.random.below(10_000)).padStart(4, '0');
    return element('CINMessage', [payload, element('CustomerIdentificationNumber', number)]);
  }

  /** The data of the Operator's own systems, or a plain "done". */
  #operatorContent(request: DuisRequest): AnswerContent {
    switch (request.serviceReferenceVariant) {
      case '8.2':
        return this.#inventory(request);
      case '5.1':
        return { kind: 'response', part: scheduleIdPart(1 + this.#options.random.below(1_000_000)) };
      case '5.2':
        return { kind: 'response', part: this.#schedules(request) };
      case '8.6':
        return { kind: 'response', part: this.#optIn(request) };
      case '12.1':
        return { kind: 'response', part: wanMatrix(request) };
      default:
        return { kind: 'response' };
    }
  }

  /** The devices of the home that the request is about; a device or metering point that nobody knows is E19. */
  #inventory(request: DuisRequest): AnswerContent {
    for (const asked of request.body.children()) {
      const home = this.#homes.get(asked.text());
      if (home !== undefined) {
        const part = inventoryPart(home.devices.map((device) => inventoryDevice(device, home)));
        return { kind: 'response', part };
      }
    }
    return { kind: 'error', responseCode: 'E19' };
  }

  #schedules(request: DuisRequest): XmlElement {
    const id = request.body.child('DSPScheduleID')?.text() ?? '1';
    const day = [
      element('StartDateOffset', '-1'),
      element('StartTime', '00:00:00.00Z'),
      element('EndDateOffset', '0'),
      element('EndTime', '00:00:00.00Z'),
    ];
    const details = element('DSPScheduleDetails', [
      element('ScheduleFrequency', 'Daily'),
      element('ScheduleStartDate', '2026-01-01'),
      element('DSPScheduledServiceReference', '4.6'),
      element('DSPScheduledServiceReferenceVariant', '4.6.1'),
      element('DeviceID', this.#options.random.pick(this.#options.network.homes).id),
      element('DSPRetrieveImportDailyReadLog', day),
    ]);
    return element('DSPSchedulesRead', [element('DSPSchedules', [element('DSPScheduleID', id), details])]);
  }

  #optIn(request: DuisRequest): XmlElement {
    return element('DSPOptIn', [
      element('DeviceID', request.body.child('DeviceID')?.text() ?? ''),
      element('DSPBrokerSecurityCredentialsKeyAgreement', this.payload().toString('base64')),
    ]);
  }
}

function inventoryDevice({ device, kind, status, manufacturer, model, firmware }: Device, home: Home): InventoryDevice {
  const point = kind === 'ESME' ? home.importMpan : kind === 'GSME' ? home.mprn : undefined;
  return {
    device,
    type: kind,
    status,
    manufacturer,
    model,
    firmwareVersion: firmware,
    ...(point === undefined ? {} : { importMpxn: point }),
  };
}

/** Coverage at an address: the question again, then the answer of one region. */
function wanMatrix(request: DuisRequest): XmlElement {
  const address = request.body.child('PartialAddress');
  const question =
    address === undefined
      ? element('UPRN', request.body.child('UPRN')?.text() ?? '1')
      : element('PartialAddress', [
          element('PostCode', address.child('PostCode')?.text() ?? ''),
          element('AddressIdentifier', address.child('AddressIdentifier')?.text() ?? ''),
        ]);
  const coverage = element('DSPWANMatrixResponse', [
    element('CSPRegion', 'Central'),
    element('CSPRegionResponseCode', 'I0'),
    element('CoverageAvailability', 'true'),
    element('WANTechnology', 'Cellular'),
    element('ConnectivityLikelihood', 'High'),
  ]);
  return element('DSPWANMatrix', [element('Request', [question]), coverage]);
}
