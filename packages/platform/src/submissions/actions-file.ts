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
import { faultsOf } from './faults.ts';
import { readReleaseStart } from './release-start-store.ts';
import type { Difference } from './set-file.ts';
import { type FileOutcome, refusalOfLines, type Submission } from './submission.ts';

/** Rows that are staged at a time. */
const STAGED = 10_000;

/** Applies the file in the caller's transaction; when it is refused, the caller rolls back. */
export async function applyActions(
  client: pg.PoolClient,
  submission: Submission,
  given: {
    readonly bytes: AsyncIterable<Uint8Array>;
    readonly usualRate: number | undefined;
    /** Called with what the file would do before anything is recorded; it throws where that may not be yet. */
    readonly permit: (difference: Difference) => Promise<void>;
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
  if (findings.faultCount > 0 || wrong !== undefined) {
    const faults = [...faultsOf(findings), ...(wrong?.faults ?? [])];
    return { ok: false, refusal: refusalOfLines(faults, findings.faultCount + (wrong?.count ?? 0)) };
  }
  const counted = await countDecisions(client);
  await given.permit({
    summary: { words: wordsOf(counted), actions: counted },
    relaxes: counted.process > 0,
  });
  const { userId, sha256 } = submission;
  const start = await readReleaseStart(client, submission, given.usualRate);
  const decided = await recordDecisions(client, { userId, submission: sha256, start });
  if ('faults' in decided) return { ok: false, refusal: refusalOfLines(decided.faults, decided.count) };
  return { ok: true, summary: { words: wordsOf(decided), actions: decided } };
}

function wordsOf({ process, delete: deleted, events }: { process: number; delete: number; events: number }): string[] {
  return [`${process} held messages are processed and ${deleted} deleted, of ${events} events`];
}
