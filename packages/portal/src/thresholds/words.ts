// Thresholds as people say them, and how near a count is to its numbers. Pure.
import type { ThresholdDocument } from '@penstock/api/schemas';
import { periodWords } from '../shared/periods.ts';

type Counted = Pick<ThresholdDocument, 'services' | 'direction' | 'period'>;
export type Bound = ThresholdDocument['versions'][number]['bounds'][number];

export const count = (number: number): string => number.toLocaleString('en-GB');

const directions = {
  sent: 'sent to the network',
  received: 'received from the network',
  processed: 'sent and received',
} as const;

/** Services of one threshold that are named in its title; the others are counted. */
const MOST_NAMED = 6;

function servicesWords(services: readonly string[]): string {
  if (services[0] === 'all') return 'All messages';
  if (services[0] === 'alerts') return 'Alerts';
  const named = services.slice(0, MOST_NAMED).join(', ');
  const rest = services.length - MOST_NAMED;
  return `${services.length === 1 ? 'Service' : 'Services'} ${named}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** 'Services 4.1.1, 4.8.1 sent to the network in 1 hour' */
export function thresholdTitle({ services, direction, period }: Counted): string {
  return `${servicesWords(services)} ${directions[direction]} in ${periodWords(period)}`;
}

export interface Standing {
  readonly state: 'well' | 'warned' | 'full' | 'unbounded';
  readonly words: string;
  /** Parts of the quarantine number, at most 1. */
  readonly part: number;
  readonly warningPart: number | undefined;
}

/** How far a threshold is used, in a word, a sentence and a length. */
export function standingOf(usage: NonNullable<ThresholdDocument['usage']>): Standing {
  const { warning, quarantine } = usage;
  if (quarantine === undefined) {
    return {
      state: 'unbounded',
      words: 'No number is in force now: messages are counted, and none is held.',
      part: 0,
      warningPart: undefined,
    };
  }
  const part = quarantine === 0 ? 1 : Math.min(1, usage.count / quarantine);
  const warningPart = warning === undefined || quarantine === 0 ? undefined : Math.min(1, warning / quarantine);
  if (usage.count >= quarantine) {
    return { state: 'full', words: 'Full: the next message is held.', part, warningPart };
  }
  const left = quarantine - usage.count;
  const room = `${count(left)} more ${left === 1 ? 'message passes' : 'messages pass'} before any is held.`;
  if (warning !== undefined && usage.count > warning) {
    return { state: 'warned', words: `Above the warning. ${room}`, part, warningPart };
  }
  return { state: 'well', words: room, part, warningPart };
}

export const standingWords: Readonly<Record<Standing['state'], string>> = {
  well: 'Well below',
  warned: 'Above the warning',
  full: 'Full',
  unbounded: 'Not bounded now',
};

/** 'warning above 40, quarantine above 50' */
export function boundWords({ warning, quarantine }: Pick<Bound, 'warning' | 'quarantine'>): string {
  const warned = warning === undefined ? '' : `warning above ${count(warning)}, `;
  return `${warned}quarantine above ${count(quarantine)}`;
}

/** Those nearest to their number first, those that ended last. */
export function byNeed(thresholds: readonly ThresholdDocument[]): ThresholdDocument[] {
  const rank = ({ usage }: ThresholdDocument): number => (usage === undefined ? -1 : standingOf(usage).part);
  return thresholds.toSorted((one, other) => rank(other) - rank(one));
}
