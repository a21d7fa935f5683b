// What waits on the streams, for the User whose messages they are and for the Operator. Streams hold bodies, so the
// role of viewers cannot read them at all: here the first wall stands alone, and no body is selected.
import type { StreamDocument, StreamExportQuery } from '@penstock/api';
import { type Eui, parseEui } from '@penstock/duis';
import type pg from 'pg';
import { readStreamStates, type StreamState } from '../delivery/streams.ts';
import { PenstockError } from '../foundation/errors.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { formatPosition } from '../messages/message.ts';

function toDocument(state: StreamState): StreamDocument {
  const { userId, direction, waiting, hasMore, cursor, failures, lastError, expired } = state;
  const times = {
    oldestRecordedAt: state.oldestAt?.toISOString(),
    movedAt: state.movedAt?.toISOString(),
    failingSince: state.failingSince?.toISOString(),
    retryAt: state.retryAt?.toISOString(),
    heldSince: state.heldSince?.toISOString(),
  };
  return {
    userId,
    direction,
    waiting,
    hasMore,
    ...(cursor === undefined ? {} : { cursor: formatPosition(cursor) }),
    ...Object.fromEntries(Object.entries(times).filter(([, time]) => time !== undefined)),
    failures,
    ...(lastError === undefined ? {} : { lastError }),
    expired,
  };
}

function userOfCursor(cursor: string): Eui {
  const userId = parseEui(cursor);
  if (userId !== undefined) return userId;
  throw new PenstockError('request.invalid', { detail: 'this is no cursor of this list', where: 'cursor' });
}

/**
 * Both streams of each of the viewer's User IDs (the Operator: of all), or only those that need somebody, in order of the
 * User IDs.
 * @throws PenstockError 'request.invalid'
 */
export async function listStreams(
  pool: pg.Pool,
  viewer: Viewer,
  { cursor, limit, needs, find }: StreamExportQuery & { cursor?: string | undefined; limit: number },
): Promise<{ items: StreamDocument[]; cursor: string | undefined }> {
  const states = await readStreamStates(pool, {
    users: viewer.kind === 'operator' ? 'all' : viewer.userIds,
    ...(cursor === undefined ? {} : { after: userOfCursor(cursor) }),
    limit: limit + 1,
    find,
    inNeed: needs === 'somebody',
  });
  const users = [...new Set(states.map(({ userId }) => userId))];
  const shown = new Set(users.slice(0, limit));
  return {
    items: states.filter(({ userId }) => shown.has(userId)).map(toDocument),
    cursor: users.length > limit ? users[limit - 1] : undefined,
  };
}
