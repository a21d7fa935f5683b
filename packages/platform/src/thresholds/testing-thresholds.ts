/** Thresholds to set in tests, and messages that count for them as the gateway would say. */
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import { inTransaction } from '../foundation/database/index.ts';
import type { NewMessage, RecordOutcome } from '../messages/message.ts';
import { recordBatch } from '../messages/record-store.ts';
import { loadScreening } from './screening-store.ts';
import type { ThresholdPlan, ThresholdSetting } from './thresholds.ts';
import { replaceThresholds } from './thresholds-store.ts';

/** So many of everything sent within an hour, unless changed. */
export function threshold(quarantine: bigint, changes: Partial<ThresholdSetting> = {}): ThresholdSetting {
  return {
    services: ['all'],
    direction: 'sent',
    periodSeconds: 3_600,
    bounds: [{ kind: 'threshold', warning: undefined, quarantine, from: undefined, to: undefined }],
    ...changes,
  };
}

export function setThresholds(
  pool: pg.Pool,
  owner: Eui,
  rows: readonly ThresholdSetting[],
  now: Date,
): Promise<ThresholdPlan> {
  return inTransaction(pool, (client) =>
    replaceThresholds(client, { owner, rows, submission: undefined, reference: 'SR-1', now }),
  );
}

/** Records messages at an instant, judged by what is in force. */
export async function recordScreened(
  pool: pg.Pool,
  messages: readonly NewMessage[],
  now: Date,
): Promise<readonly RecordOutcome[]> {
  const { screening, version } = await inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ version: string }>('select version from directory_version');
    return { screening: await loadScreening(client), version: BigInt(rows[0]?.version ?? 0) };
  });
  const counted = messages.map((message) =>
    message.breach === undefined && message.verdict === 'passed'
      ? { ...message, counted: screening.thresholds.countedBy(message.userId, message) }
      : message,
  );
  return (await recordBatch(pool, 0, version, counted, now)).outcomes;
}
