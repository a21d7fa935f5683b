// An Attribute Limits File: the values of requests that the Operator lets through. Only the Operator's officers set them,
// and for its own User ID.

import { MOST_LISTED_FAULTS, type SubmissionSummary } from '@penstock/api';
import { attributes, type Eui, formatDecimal, parseDecimal } from '@penstock/duis';
import {
  compareLimits,
  Findings,
  type LimitDifference,
  type LimitsFile,
  limitsProfile,
  readLimits,
} from '@penstock/files';
import type pg from 'pg';
import { lockDirectory } from '../parties/directory-version.ts';
import type { LimitSetting } from '../thresholds/limits.ts';
import { readLimits as readLimitsInForce, replaceLimits } from '../thresholds/limits-store.ts';
import { faultsOf } from './faults.ts';
import { type CheckedSet, countDifferences } from './set-file.ts';
import { type FileRefusal, refusalOf, refusalOfLines, type Submission } from './submission.ts';

export async function checkLimits(
  submission: Submission,
  { operatorId, bytes }: { operatorId: Eui; bytes: AsyncIterable<Uint8Array> },
): Promise<CheckedSet | { readonly refusal: FileRefusal }> {
  if (submission.userId !== operatorId) {
    return { refusal: refusalOf('submissions.other-user', "attribute limits are the Operator's alone") };
  }
  const findings = new Findings();
  const file = await readLimits(bytes, (attribute) => attributes.has(attribute), findings);
  if (file === undefined) return { refusal: refusalOfLines(faultsOf(findings), findings.faultCount) };
  const rows = settingsOf(file);
  const named = [file.reference, ...file.limits.map((limit) => limit.reference)].find((one) => one !== '');
  return {
    reference: named,
    lock: lockDirectory,
    async compare(client) {
      const limits = summaryOf(compareLimits(await limitsInForce(client), withoutReferences(file)));
      return { summary: { limits }, relaxes: limits.relaxes };
    },
    async apply(client) {
      const by = { submission: submission.sha256.toString('hex'), reference: named ?? submission.reference };
      await replaceLimits(client, { rows, ...by });
    },
  };
}

function settingsOf({ limits }: LimitsFile): LimitSetting[] {
  const decimal = (text: string | undefined) => (text === undefined ? undefined : parseDecimal(text));
  return limits.map(({ attribute, minimum, maximum, from, to }) => ({
    attribute,
    minimum: decimal(minimum),
    maximum: decimal(maximum),
    from: from === undefined ? undefined : new Date(from),
    to: to === undefined ? undefined : new Date(to),
  }));
}

/** A reference says why a limit was set: another one is no change of it. */
function withoutReferences(file: LimitsFile): LimitsFile {
  return { reference: '', limits: file.limits.map((limit) => ({ ...limit, reference: '' })) };
}

/** What is in force as a file would say it, so that both sides of the difference are read alike. */
async function limitsInForce(client: pg.PoolClient): Promise<LimitsFile> {
  const lines = (await readLimitsInForce(client)).map(({ attribute, minimum, maximum, from, to }) =>
    [
      'limit',
      attribute,
      minimum === undefined ? '' : formatDecimal(minimum),
      maximum === undefined ? '' : formatDecimal(maximum),
      from?.toISOString() ?? '',
      to?.toISOString() ?? '',
      '',
    ].join(','),
  );
  const header = [limitsProfile.id, ...limitsProfile.columns].join(',');
  const findings = new Findings();
  const text = [header, ...(lines.length > 0 ? lines : ['none,,,,,,'])].join('\n');
  const file = await readLimits(Buffer.from(`${text}\n`), () => true, findings);
  if (file === undefined) throw new Error(`what is in force is no file of limits: ${findings.faults[0]?.message}`);
  return file;
}

function summaryOf(differences: readonly LimitDifference[]): NonNullable<SubmissionSummary['limits']> {
  return {
    ...countDifferences(differences),
    reasons: differences
      .flatMap(({ attribute, reasons }) => reasons.map((reason) => `${attribute} ${reason}`))
      .slice(0, MOST_LISTED_FAULTS),
  };
}
