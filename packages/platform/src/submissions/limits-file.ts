// An Attribute Limits File: the values of requests that the Operator lets through. Only the Operator's officers set them,
// and for its own User ID.

import { MOST_LISTED_FAULTS, type SubmissionSummary } from '@penstock/api';
import { attributes, type Eui, formatDecimal, parseDecimal } from '@penstock/duis';
import {
  compareLimits,
  Findings,
  type LimitDifference,
  type LimitInForce,
  type LimitsFile,
  limitsInForce,
  limitWords,
  readLimits,
  withoutLimitReferences,
} from '@penstock/files';
import type pg from 'pg';
import { lockDirectory } from '../parties/directory-version.ts';
import type { LimitSetting } from '../thresholds/limits.ts';
import { readLimits as readLimitsInForce, replaceLimits } from '../thresholds/limits-store.ts';
import { judgeLines } from './references.ts';
import { type CheckedSet, countDifferences } from './set-file.ts';
import { type FileRefusal, refusalOf, refusalOfLines, type Submission } from './submission.ts';
import { readNow } from './submissions-store.ts';

export async function checkLimits(
  submission: Submission,
  { client, operatorId, bytes }: { client: pg.PoolClient; operatorId: Eui; bytes: AsyncIterable<Uint8Array> },
): Promise<CheckedSet | { readonly refusal: FileRefusal }> {
  if (submission.userId !== operatorId) {
    return { refusal: refusalOf('submissions.other-user', "attribute limits are the Operator's alone") };
  }
  const findings = new Findings();
  const file = await readLimits(bytes, (attribute) => attributes.has(attribute), findings);
  const judged = await judgeLines(client, submission.userId, findings);
  if (file === undefined || judged.count > 0) return { refusal: refusalOfLines(judged) };
  const rows = settingsOf(file);
  const { references } = judged;
  return {
    references,
    lock: lockDirectory,
    async compare(client) {
      const before = await limitsInForce((await readLimitsInForce(client)).map(asInForce));
      const differences = compareLimits(before, withoutLimitReferences(file));
      const limits = summaryOf(differences);
      const words = limitWords(differences, (await readNow(client)).toISOString()).slice(0, MOST_LISTED_FAULTS);
      return { summary: { words, limits }, relaxes: limits.relaxes };
    },
    async apply(client) {
      const by = { submission: submission.sha256.toString('hex'), reference: references[0] ?? submission.reference };
      await replaceLimits(client, { rows, ...by });
    },
  };
}

function settingsOf({ limits }: LimitsFile): LimitSetting[] {
  const decimal = (text: string | undefined) => (text === undefined ? undefined : parseDecimal(text));
  return limits.map(({ attribute, minimum, maximum, from, to, reference }) => ({
    attribute,
    minimum: decimal(minimum),
    maximum: decimal(maximum),
    from: from === undefined ? undefined : new Date(from),
    to: to === undefined ? undefined : new Date(to),
    reference: reference === '' ? undefined : reference,
  }));
}

/** Limits as the readers of files have them. */
function asInForce({ attribute, minimum, maximum, from, to }: LimitSetting): LimitInForce {
  return {
    attribute,
    minimum: minimum && formatDecimal(minimum),
    maximum: maximum && formatDecimal(maximum),
    from: from?.toISOString(),
    to: to?.toISOString(),
  };
}

function summaryOf(differences: readonly LimitDifference[]): NonNullable<SubmissionSummary['limits']> {
  return {
    ...countDifferences(differences),
    reasons: differences
      .flatMap(({ attribute, reasons }) => reasons.map((reason) => `${attribute} ${reason}`))
      .slice(0, MOST_LISTED_FAULTS),
  };
}
