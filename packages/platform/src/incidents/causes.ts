// What the platform sees that is an incident: streams that nobody takes, ways by which files do not come in. Pure.
import type { IncidentCategory, IncidentCause, IncidentTargets, Way } from '@penstock/api';
import type { Eui } from '@penstock/duis';

/** Something that is wrong now. */
export interface StandingCause {
  /** Whose matter it is: a User's, or the Operator's. */
  readonly owner: Eui;
  readonly cause: IncidentCause;
  readonly title: string;
  readonly words: string;
  readonly category: IncidentCategory;
  readonly services: readonly string[];
  readonly beganAt: number;
}

/** A cause as it is kept, and known again. */
export function keyOfCause(cause: IncidentCause): string {
  if (cause.kind === 'stream') return `stream ${cause.direction}`;
  return cause.kind === 'way' ? `way ${cause.way}` : `quarantine ${cause.event}`;
}

/** @throws Error for what is no cause: only ours are kept */
export function causeOfKey(key: string): IncidentCause {
  const [kind, rest = ''] = key.split(' ');
  if (kind === 'stream') return { kind, direction: rest === 'southbound' ? 'southbound' : 'northbound' };
  if (kind === 'way') return { kind, way: rest as Way };
  if (kind === 'quarantine') return { kind, event: rest };
  throw new Error(`${key} is no cause`);
}

/** How a stream stands from which something waits. Times in milliseconds. */
export interface WaitingStream {
  readonly userId: Eui;
  readonly direction: 'southbound' | 'northbound';
  readonly isPushed: boolean;
  /** When the oldest that waits was recorded. */
  readonly oldestAt: number;
  /** When something was last taken. */
  readonly movedAt: number;
}

/**
 * Since when a stream is stuck: something waits for longer than may be, and nothing of it was taken for as long. One that is
 * slow and moves is not stuck.
 */
export function stuckSince(stream: WaitingStream, targets: IncidentTargets, now: number): number | undefined {
  const isFetched = stream.direction === 'northbound' && !stream.isPushed;
  const most = (isFetched ? targets.fetchedSeconds : targets.waitingSeconds) * 1_000;
  const since = Math.max(stream.oldestAt, stream.movedAt);
  return now - since < most ? undefined : since;
}

const GATEWAY = 'DUIS gateway';
const NETWORK = 'Network interface';
const FILES = 'Signed files';

/** One for each User whose messages are not taken; that the network takes nothing is one for all of them. */
export function causesOfStreams(
  streams: readonly WaitingStream[],
  { targets, now, operatorId }: { readonly targets: IncidentTargets; readonly now: number; readonly operatorId: Eui },
): StandingCause[] {
  const stuck = streams.flatMap((stream) => {
    const since = stuckSince(stream, targets, now);
    return since === undefined ? [] : [{ ...stream, since }];
  });
  const network = stuck.filter(({ direction }) => direction === 'southbound').map(({ since }) => since);
  const users = stuck.filter(({ direction }) => direction === 'northbound');
  return [
    ...(network.length === 0
      ? []
      : [
          {
            owner: operatorId,
            cause: { kind: 'stream', direction: 'southbound' } as const,
            title: 'The network does not take messages',
            words: `Messages of ${network.length === 1 ? 'a User' : `${network.length} Users`} waited when it was opened.`,
            category: 1 as const,
            services: [NETWORK],
            beganAt: Math.min(...network),
          },
        ]),
    ...users.map(({ userId, since, isPushed }) => ({
      owner: userId,
      cause: { kind: 'stream', direction: 'northbound' } as const,
      title: isPushed ? 'Messages cannot be delivered' : 'Messages are not fetched',
      words: 'Responses and alerts wait, and none of them was taken.',
      category: 3 as const,
      services: [GATEWAY],
      beganAt: since,
    })),
  ];
}

/** How a way of delivery fares. Times in milliseconds. */
export interface WayHealthFacts {
  readonly way: Way;
  readonly name: string;
  readonly isUsed: boolean;
  /** An outage of it was declared, has begun and is not ended. */
  readonly outageSince: number | undefined;
  readonly probeFailsSince: number | undefined;
  /** Uses that failed since the last that did not, and the last of them. */
  readonly failures: number;
  readonly failedAt: number | undefined;
}
/** Of uses in a row: one alone may be the peer's doing. */
const FAILURES = 3;

export function causesOfWays(
  ways: readonly WayHealthFacts[],
  { targets, now, operatorId }: { readonly targets: IncidentTargets; readonly now: number; readonly operatorId: Eui },
): StandingCause[] {
  return ways.flatMap(({ way, name, isUsed, outageSince, probeFailsSince, failures, failedAt }) => {
    if (!isUsed) return [];
    const isProbeLate = probeFailsSince !== undefined && now - probeFailsSince >= targets.waitingSeconds * 1_000;
    const failing = failures >= FAILURES ? failedAt : undefined;
    const began = [outageSince, isProbeLate ? probeFailsSince : undefined, failing].filter((at) => at !== undefined);
    if (began.length === 0) return [];
    const why =
      outageSince !== undefined
        ? 'An outage of it is declared.'
        : isProbeLate
          ? 'The platform does not reach it.'
          : `${failures} uses of it failed, one after the other.`;
    return [
      {
        owner: operatorId,
        cause: { kind: 'way', way } as const,
        title: `Signed files do not come in by ${name}`,
        words: why,
        category: 3 as const,
        services: [FILES],
        beganAt: Math.min(...began),
      },
    ];
  });
}
