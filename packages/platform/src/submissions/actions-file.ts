// An action file: what an officer decided on held messages. Read, checked line by line and applied in one transaction.
import { Findings, readActions } from '@penstock/files';
import type pg from 'pg';
import {
  checkDecisions,
  countDecisions,
  openDecisions,
  recordDecisions,
  stageDecisions,
} from '../quarantine/decisions-store.ts';
import { judgeLines } from './references.ts';
import { readReleaseStart } from './release-start-store.ts';
import type { Difference } from './set-file.ts';
import { type FileOutcome, refusalOfLines, type Submission } from './submission.ts';

/** Rows that are staged at a time. */
const STAGED = 10_000;

/** What a file would do, and the service requests that it names. */
export interface ActionsFound extends Difference {
  readonly references: readonly string[];
}

/** Applies the file in the caller's transaction; when it is refused, the caller rolls back. */
export async function applyActions(
  client: pg.PoolClient,
  submission: Submission,
  given: {
    readonly bytes: AsyncIterable<Uint8Array>;
    readonly usualRate: number | undefined;
    /** Called with what the file would do before anything is recorded; it throws where that may not be yet. */
    readonly permit: (found: ActionsFound) => Promise<void>;
  },
): Promise<FileOutcome> {
  const findings = new Findings();
  await openDecisions(client);
  let waiting: Parameters<typeof stageDecisions>[1] = [];
  for await (const batch of readActions(given.bytes, findings)) {
    waiting = waiting.length === 0 ? batch : [...waiting, ...batch];
    if (waiting.length < STAGED) continue;
    await stageDecisions(client, waiting);
    waiting = [];
  }
  if (waiting.length > 0) await stageDecisions(client, waiting);
  const wrong = await checkDecisions(client, submission.userId);
  const { faults, count, references } = await judgeLines(client, submission.userId, findings);
  if (count > 0 || wrong !== undefined) {
    const all = { faults: [...faults, ...(wrong?.faults ?? [])], count: count + (wrong?.count ?? 0), references };
    return { ok: false, refusal: refusalOfLines(all) };
  }
  const counted = await countDecisions(client);
  await given.permit({
    summary: { words: wordsOf(counted), actions: counted },
    relaxes: counted.process > 0,
    references,
  });
  const { userId, sha256 } = submission;
  const start = await readReleaseStart(client, submission, given.usualRate);
  const decided = await recordDecisions(client, { userId, submission: sha256, start });
  if ('faults' in decided) return { ok: false, refusal: refusalOfLines({ ...decided, references }) };
  return { ok: true, summary: { words: wordsOf(decided), actions: decided }, references };
}

function wordsOf({ process, delete: deleted, events }: { process: number; delete: number; events: number }): string[] {
  return [`${process} held messages are processed and ${deleted} deleted, of ${events} events`];
}
