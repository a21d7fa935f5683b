// How a stream stands, in one word and one sentence. Pure.
import { MOST_COUNTED_WAITING, STREAM_LATE_SECONDS, type StreamDocument } from '@penstock/api/schemas';
import { formatDuration } from '../shared/time.ts';

export interface Health {
  readonly state: 'well' | 'waiting' | 'failing' | 'held';
  readonly title: string;
  readonly words: string;
}

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
  if (age < STREAM_LATE_SECONDS * 1_000)
    return { state: 'well', title: 'Well', words: `What waits is less than a minute old.` };
  return {
    state: 'waiting',
    title: 'Waits',
    words: `The oldest message has waited ${formatDuration(age)} for ${taker}.`,
  };
}
