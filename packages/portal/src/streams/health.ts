// How a stream stands, in one word and one sentence. Pure.
import { MOST_COUNTED_WAITING, type StreamDocument } from '@penstock/api/schemas';
import { formatDuration } from '../shared/time.ts';

export interface Health {
  readonly state: 'well' | 'waiting' | 'failing' | 'held';
  readonly title: string;
  readonly words: string;
}

/** An oldest message younger than this is only on its way. */
const SOON_MILLISECONDS = 60_000;

export function countWords({ waiting, hasMore }: StreamDocument): string {
  if (hasMore) return `more than ${MOST_COUNTED_WAITING.toLocaleString('en-GB')}`;
  return waiting === 0 ? 'nothing' : waiting.toLocaleString('en-GB');
}

export function healthOf(stream: StreamDocument, now: number): Health {
  const taker = stream.direction === 'southbound' ? 'the network' : 'the User';
  const since = (instant: string) => formatDuration(Math.max(0, now - Date.parse(instant)));
  if (stream.heldSince !== undefined) {
    return {
      state: 'held',
      title: 'Held',
      words: `Nothing was taken for ${since(stream.heldSince)}. It is kept, and the Operator was told.`,
    };
  }
  if (stream.failingSince !== undefined) {
    return {
      state: 'failing',
      title: 'Not delivered',
      words: `Delivery has failed for ${since(stream.failingSince)} (${stream.failures.toLocaleString('en-GB')} tries).`,
    };
  }
  if (stream.waiting === 0) return { state: 'well', title: 'Well', words: 'Everything has been taken.' };
  const age = now - Date.parse(stream.oldestRecordedAt ?? new Date(now).toISOString());
  if (age < SOON_MILLISECONDS) return { state: 'well', title: 'Well', words: `What waits is less than a minute old.` };
  return {
    state: 'waiting',
    title: 'Waits',
    words: `The oldest message has waited ${formatDuration(age)} for ${taker}.`,
  };
}

/** Those that need somebody first; otherwise as they came. */
export function byNeed(streams: readonly StreamDocument[], now: number): StreamDocument[] {
  const order = ['held', 'failing', 'waiting', 'well'];
  const rank = (stream: StreamDocument) => order.indexOf(healthOf(stream, now).state);
  return streams.toSorted((one, other) => rank(one) - rank(other));
}
