import { setTimeout as pause } from 'node:timers/promises';
import type { MessageDocument, PenstockClient, TitleDocument } from '@penstock/api';
import { askServer, mayAnswerLater, type ServerOptions, userOf } from '../server.ts';
import { messageCells, titleCells } from './audit-rows.ts';

// `penstock audit tail`: asks again for what came since the last look, and tells each row once. Of one User's record what is
// later is committed later, so a look begins at the time of the row before; titles are of many Users, whose rows may come out
// of order, that of a held message when it is released, and have no name that stays the same, so equal ones are counted.
// Times are the server's, never this machine's. While nobody answers it asks on, and goes on where it was.

const FIRST = 10;
const PAGE = 200;
const AGAIN_MS = 1_000;
const DAY_MS = 86_400_000;

interface Followed<Row> {
  readonly everyMs: number;
  /** How far back a look begins, milliseconds. */
  readonly marginMs: number;
  read(query: {
    from?: string;
    cursor?: string;
    limit: number;
  }): Promise<{ items: Row[]; cursor?: string | undefined }>;
  timeOf(row: Row): string;
  keyOf(row: Row): string;
  print(row: Row): void;
}

function messagesOf(client: PenstockClient, options: ServerOptions): Followed<MessageDocument> {
  return {
    everyMs: 1_000,
    marginMs: 0,
    read: (query) => client.messages({ ...userOf(options), ...query }),
    timeOf: (row) => row.recordedAt,
    keyOf: (row) => row.position,
    print: (row) => console.log(options.json ? JSON.stringify(row) : messageCells(row).join('  ')),
  };
}

/**
 * Every look at titles is written down, so it is one in five seconds. A title has the time of its message, and is seen when
 * that is on its way: what is released more than a day later is not told.
 */
function titlesOf(client: PenstockClient, options: ServerOptions, device: string): Followed<TitleDocument> {
  return {
    everyMs: 5_000,
    marginMs: DAY_MS,
    read: (query) => client.titles(device, { ...userOf(options), ...query }),
    timeOf: (row) => row.time,
    keyOf: ({ reference: _, ...row }) => JSON.stringify(row),
    print: (row) => console.log(options.json ? JSON.stringify(row) : titleCells(row).join('  ')),
  };
}

/** All rows since `from`, the oldest first; undefined: since ever. */
async function since<Row>({ read }: Followed<Row>, from: string | undefined): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: string | undefined;
  do {
    const page = await read({
      limit: PAGE,
      ...(from === undefined ? {} : { from }),
      ...(cursor === undefined ? {} : { cursor }),
    });
    rows.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return rows.reverse();
}

/** Asks until the server answers; what it refuses is thrown. */
async function answered<Answer>(server: string, ask: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    try {
      const answer = await ask();
      if (tries > 1) console.error(`penstock: ${server} answers again.`);
      return answer;
    } catch (error) {
      if (!mayAnswerLater(error)) throw error;
      if (tries === 1) console.error(`penstock: ${server} does not answer (${error.message}); it is asked on.`);
      await pause(AGAIN_MS);
    }
  }
}

async function follow<Row>(followed: Followed<Row>, server: string): Promise<never> {
  const { timeOf, keyOf, print, everyMs, marginMs } = followed;
  const first = (await followed.read({ limit: FIRST })).items.reverse();
  for (const row of first) print(row);
  const latest = first.at(-1);
  let reached = latest === undefined ? undefined : timeOf(latest);
  const begin = () => (reached === undefined ? undefined : new Date(Date.parse(reached) - marginMs).toISOString());
  const before = latest === undefined ? [] : await since(followed, begin());
  // what came between the two looks stands behind the latest, and is told next
  const known = before.slice(
    0,
    before.findLastIndex((row) => latest !== undefined && keyOf(row) === keyOf(latest)) + 1,
  );
  /** What a look finds that was told before, and how often. */
  let told = countsOf(known, keyOf);
  for (;;) {
    await pause(everyMs);
    const rows = await answered(server, () => since(followed, begin()));
    const left = new Map(told);
    for (const row of rows) {
      const times = left.get(keyOf(row)) ?? 0;
      if (times > 0) left.set(keyOf(row), times - 1);
      else print(row);
      if (reached === undefined || timeOf(row) > reached) reached = timeOf(row);
    }
    told = countsOf(rows, keyOf);
  }
}

function countsOf<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(keyOf(row), (counts.get(keyOf(row)) ?? 0) + 1);
  return counts;
}

export function tail(options: ServerOptions & { readonly device?: string }): Promise<number> {
  const { device } = options;
  return askServer(options, (client) =>
    device === undefined
      ? follow(messagesOf(client, options), options.server)
      : follow(titlesOf(client, options, device), options.server),
  );
}
