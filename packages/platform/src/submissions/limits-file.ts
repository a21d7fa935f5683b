// An Attribute Limits File: the values of requests that the Operator lets through. Only the Operator's officers set them,
// and for its own User ID.
import { attributes, type Eui, parseDecimal } from '@penstock/duis';
import { Findings, type LimitsFile, readLimits } from '@penstock/files';
import type pg from 'pg';
import { type LimitSetting, planLimits } from '../thresholds/limits.ts';
import { readLimits as readLimitsInForce, replaceLimits } from '../thresholds/limits-store.ts';
import { faultsOf } from './faults.ts';
import type { CheckedSet } from './set-file.ts';
import { type FileRefusal, refusalOf, refusalOfLines, type Submission } from './submission.ts';

export async function checkLimits(
  client: pg.PoolClient,
  options: { submission: Submission; operatorId: Eui; bytes: AsyncIterable<Uint8Array> },
): Promise<CheckedSet | { readonly refusal: FileRefusal }> {
  const { submission, operatorId, bytes } = options;
  if (submission.userId !== operatorId) {
    return { refusal: refusalOf('submissions.other-user', "attribute limits are the Operator's alone") };
  }
  const findings = new Findings();
  const file = await readLimits(bytes, (attribute) => attributes.has(attribute), findings);
  if (file === undefined) return { refusal: refusalOfLines(faultsOf(findings), findings.faultCount) };
  const rows = settingsOf(file);
  const { added, ended } = planLimits(await readLimitsInForce(client), rows);
  const summary = { limits: { added: added.length, ended: ended.length } };
  const named = [file.reference, ...file.limits.map((limit) => limit.reference)].find((one) => one !== '');
  return {
    summary,
    reference: named,
    // a limit that goes, or comes back with other values, could let through what it held
    relaxes: ended.length > 0,
    async apply(inside) {
      const by = { submission: submission.sha256.toString('hex'), reference: named ?? submission.reference };
      await replaceLimits(inside, { rows, ...by });
      return { ok: true, summary };
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
