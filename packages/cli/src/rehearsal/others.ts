import type { PenstockClient } from '@penstock/api';

// What other Users feel: how long their messages take to be delivered, by the record that the platform keeps of each.

/** Messages of one User that are looked at. */
const SAMPLED = 25;

/** Milliseconds from being recorded to being taken, of messages to these Users that were recorded in a span of time. */
export async function deliveryTimes(
  operator: PenstockClient,
  userIds: readonly string[],
  { from, to }: { readonly from: number; readonly to: number },
): Promise<number[]> {
  const span = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
  const times: number[] = [];
  for (const userId of userIds) {
    const { items } = await operator.messages({ userId, ...span, limit: 200 });
    const theirs = items.filter(({ direction }) => direction === 'northbound').slice(0, SAMPLED);
    for (const { position, recordedAt } of theirs) {
      const { takenAt } = await operator.message(position, { userId });
      // what is not taken yet has waited until now
      times.push((takenAt === undefined ? Date.now() : Date.parse(takenAt)) - Date.parse(recordedAt));
    }
  }
  return times;
}
