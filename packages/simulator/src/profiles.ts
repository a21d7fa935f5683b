import type { UserRole } from '@penstock/duis';

/**
 * A normal day: how much of it falls in which hour, and what each role asks for. The proportions are our own, set so
 * that reads and schedules dominate and commissioning, prepayment and tariff changes are seldom; they are not
 * statistics of any network.
 */

/** Weight of each hour of the day (UTC); the mean is 1. Billing reads run after midnight, installers by day. */
const HOURS = [
  1.9, 1.8, 1.5, 1.1, 0.7, 0.5, 0.5, 0.7, 1.0, 1.2, 1.2, 1.1, 1.0, 1.1, 1.1, 1.0, 1.0, 0.9, 0.8, 0.7, 0.6, 0.6, 0.9,
  1.1,
] as const;
const MEAN = HOURS.reduce((sum, weight) => sum + weight, 0) / HOURS.length;

/** How busy this instant is against the mean of the day; between two hours it moves evenly. */
export function busyness(instant: Date): number {
  const hours = instant.getUTCHours() + instant.getUTCMinutes() / 60;
  const hour = Math.floor(hours);
  const from = HOURS[hour] ?? MEAN;
  const to = HOURS[(hour + 1) % 24] ?? MEAN;
  return (from + (to - from) * (hours - hour)) / MEAN;
}

/** Weights of SRVs that a role asks for often; `others` is shared evenly by all else that the role may send. */
export interface Mix {
  readonly often: Readonly<Record<string, number>>;
  readonly others: number;
}

const SUPPLIER: Mix = {
  often: {
    '4.6.1': 30,
    '4.8.1': 18,
    '4.1.1': 14,
    '4.17': 6,
    '6.13': 4,
    '8.2': 5,
    '2.2': 6,
    '4.3': 3,
    '4.18': 2,
    '11.2': 4,
    '1.1.1': 2,
    '1.2.1': 1,
    '6.11': 1.5,
    '3.1': 1,
    '1.6': 0.6,
    '7.4': 1.5,
    '8.1.1': 0.8,
    '6.23': 0.5,
  },
  others: 9,
};

export const MIXES: Readonly<Record<UserRole, Mix>> = {
  IS: SUPPLIER,
  GS: SUPPLIER,
  ES: { often: { '4.6.2': 40, '4.8.3': 30, '4.2': 12, '8.2': 5 }, others: 5 },
  ED: { often: { '4.10': 40, '4.8.2': 15, '6.5': 5, '7.4': 5, '8.2': 5 }, others: 10 },
  GT: { often: { '4.10': 30, '14.1': 20, '4.8.1': 10, '8.2': 5 }, others: 5 },
  RSA: { often: { '11.2': 30, '6.13': 20, '8.2': 15 }, others: 10 },
  OU: { often: { '4.17': 45, '4.8.1': 30, '4.11.1': 5, '9.1': 5, '8.2': 5 }, others: 4 },
};

/** The share of the day's requests that a User of this size and role sends. */
export function volume(roles: readonly UserRole[], share: number): number {
  if (roles.includes('IS') || roles.includes('GS')) return share;
  if (roles.includes('ED')) return 0.12;
  if (roles.includes('OU')) return 0.06;
  if (roles.includes('GT')) return 0.03;
  return 0.02;
}
