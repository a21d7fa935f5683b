// Who is responsible for a device when. Pure.
import type { DeviceDocument } from '@penstock/api/schemas';

export type Responsibility = DeviceDocument['responsible'][number];

export const responsibilityWords: Readonly<Record<Responsibility['role'], string>> = {
  IS: 'import supplier',
  ES: 'export supplier',
  GS: 'gas supplier',
  ED: 'electricity distributor',
  GT: 'gas transporter',
  RSA: 'registered supplier agent',
};

export type Span = 'now' | 'past' | 'to come';

/** Spans are half-open: the instant of the end belongs to who comes next. */
export function spanAt({ validFrom, validTo }: Responsibility, now: number): Span {
  if (validFrom !== undefined && now < Date.parse(validFrom)) return 'to come';
  return validTo !== undefined && Date.parse(validTo) <= now ? 'past' : 'now';
}

const order: readonly Span[] = ['now', 'to come', 'past'];

/** Those of now first, then what comes, then what was; the latest first. */
export function inOrder(responsible: readonly Responsibility[], now: number): Responsibility[] {
  const rank = (one: Responsibility) => order.indexOf(spanAt(one, now));
  return responsible.toSorted(
    (one, other) => rank(one) - rank(other) || (other.validFrom ?? '').localeCompare(one.validFrom ?? ''),
  );
}
