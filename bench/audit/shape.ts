/**
 * The shape of the record that `audit` makes: who there is, what is sent how often, and how much of it. The proportions
 * are our own, set so that what is hard to find is in it; they are not statistics of any network.
 */
import { type Eui, requireEui } from '@penstock/duis';

/** A meter has some 130 rows in three months; a home has 1.8 meters, and its other devices a few rows more. */
export const ROWS_A_HOME = 250;
export const DAYS = 92;

/** @param day YYYY-MM-DD */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10);
}

export interface BenchUser {
  readonly userId: Eui;
  readonly group: 'supplier' | 'electricity network' | 'gas network' | 'other';
  readonly roles: readonly string[];
  /** Of its group's homes. */
  readonly share: number;
}

const euiOf = (number: number): Eui =>
  requireEui(`90-B3-D5-1F-30-${number.toString(16).padStart(2, '0').toUpperCase()}-00-00`);
export const OPERATOR = requireEui('90-B3-D5-1F-30-00-00-02');

/** Thirty suppliers, the largest with a fourth of all homes, the smallest with one in two hundred; and fifteen others. */
export function benchUsers(): BenchUser[] {
  const groups = [
    { group: 'supplier', roles: ['IS', 'GS'], count: 30, fall: 1.1 },
    { group: 'electricity network', roles: ['ED'], count: 6, fall: 0.3 },
    { group: 'gas network', roles: ['GT'], count: 4, fall: 0.3 },
    { group: 'other', roles: ['OU'], count: 5, fall: 1 },
  ] as const;
  let number = 0;
  return groups.flatMap(({ group, roles, count, fall }) => {
    const weights = Array.from({ length: count }, (_, index) => (index + 1) ** -fall);
    const all = weights.reduce((sum, weight) => sum + weight, 0);
    return weights.map((weight) => ({ userId: euiOf(++number), group, roles, share: weight / all }));
  });
}

/** SRVs of requests with their weights: from one in three down to one in a hundred thousand. */
export const SRVS: readonly (readonly [srv: string, weight: number])[] = [
  ['4.6.1', 30_000],
  ['4.8.1', 18_000],
  ['4.1.1', 14_000],
  ['4.10', 9_000],
  ['4.17', 6_000],
  ['2.2', 6_000],
  ['6.13', 4_000],
  ['11.2', 4_000],
  ['4.3', 3_000],
  ['4.18', 2_000],
  ['1.1.1', 1_500],
  ['7.4', 1_000],
  ['6.11', 600],
  ['1.6', 400],
  ['8.1.1', 250],
  ['6.23', 120],
  ['6.5', 60],
  ['14.1', 30],
  ['3.1', 20],
  ['6.15.1', 10],
  ['7.2', 6],
  ['8.7.2', 3],
  ['5.1', 1],
];
/** Asked for and never sent. */
export const ABSENT_SRV = '8.14.1';

export const KINDS = [
  'service_request',
  'signed_pre_command',
  'acknowledgement',
  'response',
  'pre_command',
  'device_alert',
  'dcc_alert',
  'smets1_response',
] as const;

/** Codes of responses with their weights. */
export const RESPONSE_CODES: readonly (readonly [code: string, weight: number])[] = [
  ['I0', 9_300],
  ['E20', 300],
  ['E21', 250],
  ['W1', 100],
  ['E19', 40],
  ['E5', 9],
  ['E11', 1],
];
export const ALERT_CODES: readonly (readonly [code: string, weight: number])[] = [
  ['8F3F', 500],
  ['810D', 200],
  ['8002', 150],
  ['8085', 100],
  ['8145', 45],
  ['8071', 5],
];

/** Kinds of exchange, with their weights and the messages of each. Those of `concerns: 'body'` go to the Operator. */
export interface Step {
  readonly direction: 'southbound' | 'northbound';
  readonly kind: (typeof KINDS)[number];
  readonly verdict?: 'warned' | 'held' | 'refused';
  readonly commandVariant?: number;
  /** Seconds after the first message, at most. */
  readonly within: number;
  readonly bytes: number;
}
export interface Exchange {
  readonly weight: number;
  readonly concerns: 'target' | 'body';
  readonly steps: readonly Step[];
}
const request = {
  direction: 'southbound',
  kind: 'service_request',
  commandVariant: 1,
  within: 0,
  bytes: 1_900,
} as const;
const response = { direction: 'northbound', kind: 'response', within: 45, bytes: 2_600 } as const;
export const EXCHANGES: readonly Exchange[] = [
  { weight: 660, concerns: 'target', steps: [request, response] },
  { weight: 10, concerns: 'target', steps: [{ ...request, verdict: 'warned' }, response] },
  {
    weight: 50,
    concerns: 'target',
    steps: [
      { ...request, commandVariant: 4 },
      { direction: 'northbound', kind: 'pre_command', within: 3, bytes: 2_400 },
      { direction: 'southbound', kind: 'signed_pre_command', commandVariant: 5, within: 20, bytes: 2_900 },
      { ...response, within: 60 },
    ],
  },
  {
    weight: 170,
    concerns: 'target',
    steps: [{ direction: 'northbound', kind: 'device_alert', within: 0, bytes: 2_100 }],
  },
  { weight: 30, concerns: 'body', steps: [{ direction: 'northbound', kind: 'dcc_alert', within: 0, bytes: 1_700 }] },
  { weight: 20, concerns: 'target', steps: [{ ...request, verdict: 'refused' }] },
  { weight: 15, concerns: 'target', steps: [request, { ...response, kind: 'smets1_response' }] },
  { weight: 5, concerns: 'target', steps: [{ ...request, verdict: 'held' }] },
  {
    weight: 10,
    concerns: 'target',
    steps: [request, { direction: 'northbound', kind: 'acknowledgement', within: 2, bytes: 900 }, response],
  },
  {
    weight: 30,
    concerns: 'body',
    steps: [
      { ...request, commandVariant: 8 },
      { ...response, within: 5 },
    ],
  },
];
/** Rows of an exchange, on average. */
export const STEPS_AN_EXCHANGE =
  EXCHANGES.reduce((sum, { weight, steps }) => sum + weight * steps.length, 0) /
  EXCHANGES.reduce((sum, { weight }) => sum + weight, 0);

/** Firmware updates (11.1) of a day, and the share of its rows that their device lists have together. */
export const FIRMWARE_A_DAY = 3;
export const FIRMWARE_SHARE = 0.04;
export const MOST_DEVICES = 50_000;

/** Of all exchanges, those with devices that are erratic, which are one home in a thousand. */
export const ERRATIC_SHARE = 0.03;
export const ERRATIC_HOMES = 0.001;
