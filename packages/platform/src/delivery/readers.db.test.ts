import type pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { inTransaction, openDatabase } from '../foundation/database/index.ts';
import { createLanes } from '../messages/lanes.ts';
import { formatPosition } from '../messages/message.ts';
import { comparePositions, STREAM_BEGIN } from './stream.ts';
import { readStreams } from './stream-store.ts';
import { log, type StreamsWorld, streamsWorld, user } from './testing-delivery.ts';

let world: StreamsWorld;
beforeEach(async () => {
  world = await streamsWorld();
});
afterEach(() => world.drop());

const rounds = 40;
const bounds = { messages: 100, bytes: 1e6, each: 7, least: 1 };

// What a batch of several Users records becomes visible at once and in order, so a reader that goes on from its cursor
// misses nothing: sequences are given under the lane's lock, and sequence order is commit order.
test('a reader that follows concurrent writers sees every message once and in order', async () => {
  await createLanes(world.pool, 2);
  const lanes = [
    [1, 2],
    [3, 4],
  ];
  await world.addUsers(lanes.flat());
  // two writers a lane, as other processes would: each has a connection of its own and works on before it commits
  const writers = [0, 0, 1, 1].map((lane) => ({
    lane,
    ...openDatabase({ url: world.url, poolSize: 1, applicationName: 'writer', log }),
  }));
  const written: string[] = [];
  const write = async (writer: number, lane: number, pool: pg.Pool) => {
    for (let round = 0; round < rounds; round++) {
      const body = `${writer}:${round}`;
      const batch = (lanes[lane] ?? []).map((number) => ({ userId: user(number), body }));
      const positions = await inTransaction(pool, async (client) => {
        const recorded = await world.put('southbound', batch, { client, lane });
        await client.query('select count(*) from generate_series(1, $1::integer)', [(round % 5) * 5_000]);
        return recorded;
      });
      positions.forEach((position, index) => {
        written.push(`${batch[index]?.userId} ${formatPosition(position)} ${body}`);
      });
    }
  };
  let isWriting = true;
  const seen: string[] = [];
  const read = async () => {
    const after = new Map(lanes.flat().map((number) => [user(number), STREAM_BEGIN]));
    for (let isLast = false; ; ) {
      const starts = [...after].map(([userId, position]) => ({ userId, after: position }));
      const { messages } = await readStreams(world.pool, 'southbound', starts, bounds);
      for (const { userId, position, body } of messages) {
        expect(comparePositions(position, after.get(userId) ?? STREAM_BEGIN)).toBeGreaterThan(0);
        after.set(userId, position);
        seen.push(`${userId} ${formatPosition(position)} ${body}`);
      }
      if (messages.length === 0 && isLast) return;
      isLast = !isWriting && messages.length === 0;
    }
  };
  const reading = read();
  await Promise.all(writers.map(({ lane, pool }, writer) => write(writer, lane, pool)));
  isWriting = false;
  await reading;
  for (const writer of writers) await writer.close();
  expect(written).toHaveLength(4 * rounds * 2);
  expect(seen.toSorted()).toEqual(written.toSorted());
});
