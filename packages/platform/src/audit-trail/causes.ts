// What may have caused an alert: how well each message before it fits, and why, in plain words. Pure.
//
// What it does not: it proves nothing. It weighs what is known of a message (its title) beside what the alert's code is
// called; so each cause says its reasons, and where nothing fits that is what is said.
import type { CauseDocument, TitleDocument } from '@penstock/api';
import { catalogue, deviceAlertCodes, type Eui, requireEui, responseCodes, servicesOfAlert } from '@penstock/duis';
import type { Burst, Foldable } from './bursts.ts';

export interface Alert {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly code: string | undefined;
}

/** A message of one's own has a position, another's title a reference. */
export interface Candidate extends Foldable {
  readonly device: Eui;
  readonly position?: string | undefined;
  readonly reference?: string | undefined;
}

/** How long before the alert is looked: a command may be carried out at an hour that it names. */
export const CAUSE_HOURS = 24;
/** Of one device, of one's own and of others' each; a device has some ten a day. */
export const MOST_LOOKED_AT = 500;

/** It counts from when it was sent. */
export function candidateOf(title: TitleDocument): Candidate {
  const { device, time, sentAt, kind, serviceReferenceVariant, code, concerns, sender, position, reference } = title;
  return {
    at: Date.parse(sentAt ?? time),
    device: requireEui(device),
    kind,
    serviceReferenceVariant,
    code,
    concerns,
    sender,
    position,
    ...(sender.isYou ? {} : { reference }),
  };
}

interface Reason {
  readonly weight: number;
  readonly words: string;
}

// Weights are our own judgement. A command that fits the alert's title outweighs everything; a critical command of
// somebody else in the minute before is likely too; one's own reading is not, however near.
const LIKELY = 55;
const POSSIBLE = 30;
const BURST_COUNT = 5;
const MINUTE = 60_000;
const nearness: readonly (readonly [number, number])[] = [
  [MINUTE, 30],
  [10 * MINUTE, 20],
  [60 * MINUTE, 10],
  [360 * MINUTE, 5],
];

/** A length of time in one unit, rounded down. */
export function lengthInWords(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const [count, unit] =
    seconds < 60
      ? [seconds, 'second']
      : seconds < 3600
        ? [Math.floor(seconds / 60), 'minute']
        : [Math.floor(seconds / 3600), 'hour'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

const isResponse = (kind: Candidate['kind']): boolean => kind === 'response' || kind === 'smets1_response';

/** How the service fits what the alert's code is called. */
function relation(alert: Alert, { kind, serviceReferenceVariant: srv }: Candidate): Reason | undefined {
  const services = alert.code === undefined ? undefined : servicesOfAlert(alert.code);
  if (services === undefined || srv === undefined) return undefined;
  const title = deviceAlertCodes.get(alert.code?.toUpperCase() ?? '');
  if (services === 'any') {
    if (isResponse(kind)) return undefined;
    return { weight: 25, words: `The alert tells of a command that the device received: ${title}.` };
  }
  if (!services.includes(srv)) return undefined;
  return { weight: isResponse(kind) ? 20 : 60, words: `The service fits what the alert is called: ${title}.` };
}

/** What kind of message it is, and what such a message does. */
function effect({ last: { kind, serviceReferenceVariant }, codes }: Burst<Candidate>): Reason | undefined {
  if (isResponse(kind)) {
    const failed = codes.find((code) => code.startsWith('E'));
    if (failed === undefined) return { weight: -20, words: 'A response shows what the device did; it causes nothing.' };
    const meaning = responseCodes.get(failed)?.meaning;
    return { weight: 10, words: `The device’s answer was the error ${failed}${meaning ? ` (${meaning})` : ''}.` };
  }
  const service = serviceReferenceVariant === undefined ? undefined : catalogue.get(serviceReferenceVariant);
  if (service === undefined) return undefined;
  if (kind === 'signed_pre_command') return { weight: 15, words: 'A critical command, which changes the device.' };
  if (service.critical) {
    return { weight: -25, words: 'It asked for a command to be prepared; by itself it reached no device.' };
  }
  if (/^(Read|Retrieve) /.test(service.name)) return { weight: -15, words: 'It only reads from the device.' };
  return undefined;
}

function reasonsOf(alert: Alert, burst: Burst<Candidate>): Reason[] {
  const { last, count, firstAt, lastAt } = burst;
  const before = Math.max(0, alert.at - lastAt);
  const reasons: (Reason | undefined)[] = [
    relation(alert, last),
    {
      weight: nearness.find(([within]) => before < within)?.[1] ?? 0,
      words: `${lengthInWords(before)} before the alert.`,
    },
    effect(burst),
    count >= BURST_COUNT
      ? { weight: 10, words: `${count} of them within ${lengthInWords(Math.max(1000, lastAt - firstAt))}.` }
      : undefined,
    last.concerns === 'target'
      ? { weight: 5, words: isResponse(last.kind) ? 'It came from the device.' : 'It was addressed to the device.' }
      : { weight: 0, words: 'It names the device in its body and is addressed to another.' },
    last.sender.isYou ? undefined : { weight: 5, words: 'Somebody else sent the request.' },
  ];
  return reasons
    .filter((reason) => reason !== undefined)
    .sort((one, other) => Math.abs(other.weight) - Math.abs(one.weight));
}

/** How well a burst fits an alert. */
export interface WeighedCause<Item extends Candidate> {
  readonly likelihood: CauseDocument['likelihood'];
  readonly reasons: readonly Reason[];
  readonly burst: Burst<Item>;
}

/** The best first; of those that fit alike, the newest. What came after the alert is none. */
export function weighCauses<Item extends Candidate>(
  alert: Alert,
  bursts: readonly Burst<Item>[],
): WeighedCause<Item>[] {
  return bursts
    .filter(({ firstAt }) => firstAt <= alert.at)
    .map((burst) => {
      const reasons = reasonsOf(alert, burst);
      return { burst, reasons, score: reasons.reduce((sum, { weight }) => sum + weight, 0) };
    })
    .sort((one, other) => other.score - one.score || other.burst.lastAt - one.burst.lastAt)
    .map(({ burst, reasons, score }) => {
      const likelihood = score >= LIKELY ? 'likely' : score >= POSSIBLE ? 'possible' : 'unlikely';
      return { likelihood, reasons, burst };
    });
}

/** As weighCauses, in the words of the API. */
export function rankCauses(alert: Alert, bursts: readonly Burst<Candidate>[]): CauseDocument[] {
  return weighCauses(alert, bursts).map(causeDocument);
}

export function causeDocument({ likelihood, reasons, burst }: WeighedCause<Candidate>): CauseDocument {
  const { device, kind, serviceReferenceVariant, concerns, sender, position, reference } = burst.last;
  const name = serviceReferenceVariant === undefined ? undefined : catalogue.get(serviceReferenceVariant)?.name;
  return {
    likelihood,
    reasons: reasons.map(({ words }) => words),
    device,
    kind,
    ...(serviceReferenceVariant === undefined ? {} : { serviceReferenceVariant }),
    ...(name === undefined ? {} : { name }),
    codes: [...burst.codes],
    concerns,
    sender,
    count: burst.count,
    first: new Date(burst.firstAt).toISOString(),
    last: new Date(burst.lastAt).toISOString(),
    ...(position === undefined ? {} : { position }),
    ...(reference === undefined ? {} : { reference }),
  };
}

/** What was found, in one sentence; and what could not be seen. */
export function findingOf(causes: readonly Pick<CauseDocument, 'likelihood'>[], seesTitles: boolean): string {
  const within = `${CAUSE_HOURS} hours`;
  const of = (likelihood: CauseDocument['likelihood']) =>
    causes.filter((cause) => cause.likelihood === likelihood).length;
  const [likely, possible] = [of('likely'), of('possible')];
  const causesOf = (count: number, word: string) => `${count} ${word} ${count === 1 ? 'cause' : 'causes'}`;
  const found =
    likely > 0
      ? `${causesOf(likely, 'likely')} in the ${within} before the alert.`
      : possible > 0
        ? `Nothing in the ${within} before the alert fits it well; ${causesOf(possible, 'possible')}.`
        : `No message that you may see from the ${within} before the alert explains it.`;
  return seesTitles ? found : `${found} You see your own messages only: you may not see the titles of this device.`;
}
