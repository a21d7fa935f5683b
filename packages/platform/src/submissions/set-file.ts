// Files that set a whole: an ADT File, the thresholds of one User ID, or of all Users when it is the Operator's. Read and
// checked before anything is locked; shown as the difference against what is in force.
import { MOST_LISTED_FAULTS, type SubmissionSummary } from '@penstock/api';
import { catalogue, type Eui } from '@penstock/duis';
import {
  type AdtDifference,
  type AdtFile,
  type AdtInForce,
  adtInForce,
  adtWords,
  compareAdt,
  Findings,
  numbersOf,
  readAdt,
  withoutAdtReferences,
} from '@penstock/files';
import type pg from 'pg';
import { PenstockError } from '../foundation/errors.ts';
import { ALL_USERS } from '../thresholds/matching.ts';
import type { ThresholdBound, ThresholdSetting } from '../thresholds/thresholds.ts';
import { lockThresholds, readInForce, replaceThresholds } from '../thresholds/thresholds-store.ts';
import { judgeLines } from './references.ts';
import { type FileRefusal, Refused, refusalOf, refusalOfLines, type Submission } from './submission.ts';
import { readNow } from './submissions-store.ts';

/** What a file would change. */
export interface Difference {
  readonly summary: SubmissionSummary;
  /** Whether it could let through what would have been held. */
  readonly relaxes: boolean;
}

/** A file whose lines are all right. */
export interface CheckedSet {
  /** The service requests that the file names, in its order. */
  readonly references: readonly string[];
  /** To the end of the transaction nobody else changes what it is compared with. */
  readonly lock: (client: pg.PoolClient) => Promise<void>;
  /** Against what is in force now. */
  readonly compare: (client: pg.PoolClient) => Promise<Difference>;
  /** Applies it in the caller's transaction. Throws Refused. */
  readonly apply: (client: pg.PoolClient) => Promise<void>;
}

/** What both kinds of summary begin with. */
export function countDifferences(
  differences: readonly { readonly kind: 'added' | 'removed' | 'changed' | 'unchanged'; readonly relaxes: boolean }[],
) {
  const count = (kind: (typeof differences)[number]['kind']) => differences.filter((one) => one.kind === kind).length;
  return {
    added: count('added'),
    removed: count('removed'),
    changed: count('changed'),
    unchanged: count('unchanged'),
    relaxes: differences.some(({ relaxes }) => relaxes),
  };
}

const knownSrv = (srv: string): boolean => catalogue.has(srv);

export async function checkAdt(
  submission: Submission,
  { client, operatorId, bytes }: { client: pg.PoolClient; operatorId: Eui; bytes: AsyncIterable<Uint8Array> },
): Promise<CheckedSet | { readonly refusal: FileRefusal }> {
  const findings = new Findings();
  const file = await readAdt(bytes, knownSrv, findings, { operatorId });
  const judged = await judgeLines(client, submission.userId, findings);
  if (file === undefined || judged.count > 0) return { refusal: refusalOfLines(judged) };
  if (file.userId !== submission.userId) {
    const detail = `it names ${file.userId}, and came for ${submission.userId}`;
    return { refusal: refusalOf('submissions.other-user', detail) };
  }
  const owner = file.userId === operatorId ? ALL_USERS : submission.userId;
  const { references } = judged;
  return {
    references,
    lock: (client) => lockThresholds(client, owner),
    async compare(client) {
      const before = await adtInForce(file.userId, (await readInForce(client, owner)).map(asInForce));
      const differences = compareAdt(before, withoutAdtReferences(file));
      const adt = summaryOf(differences);
      const words = adtWords(differences, (await readNow(client)).toISOString()).slice(0, MOST_LISTED_FAULTS);
      return { summary: { words, adt }, relaxes: adt.relaxes };
    },
    async apply(client) {
      try {
        await replaceThresholds(client, {
          owner,
          rows: settingsOf(file),
          submission: submission.sha256.toString('hex'),
          reference: references[0] ?? submission.reference,
        });
      } catch (error) {
        // of the file; whatever else failed may succeed later
        if (!(error instanceof PenstockError && error.status === 422)) throw error;
        throw new Refused(refusalOf(error.code, error.detail ?? ''));
      }
    },
  };
}

function boundOf(
  kind: ThresholdBound['kind'],
  row: { warning: number | undefined; quarantine: number; from: string | undefined; to: string | undefined },
): ThresholdBound {
  return {
    kind,
    warning: row.warning === undefined ? undefined : BigInt(row.warning),
    quarantine: BigInt(row.quarantine),
    from: row.from === undefined ? undefined : new Date(row.from),
    to: row.to === undefined ? undefined : new Date(row.to),
  };
}

/** Each once; undefined where no row names one. */
function referencesInWords(rows: readonly { readonly reference: string }[]): string | undefined {
  const named = new Set(rows.map(({ reference }) => reference).filter((reference) => reference !== ''));
  return named.size === 0 ? undefined : [...named].join(', ');
}

/** The rows of a file as thresholds, each identity once with all its spans. */
function settingsOf({ thresholds }: AdtFile): ThresholdSetting[] {
  const groups = Map.groupBy(thresholds, (one) => [one.services, one.direction, one.periodSeconds].join('/'));
  return [...groups.values()].flatMap((rows) => {
    const [first] = rows;
    if (first === undefined) return [];
    const bounds = rows.flatMap((row) => [
      boundOf('threshold', row),
      ...row.exceptions.map((exception) => boundOf('exception', exception)),
    ]);
    const services = first.srvs.length > 0 ? first.srvs : [first.services];
    const reference = referencesInWords(rows.flatMap((row) => [row, ...row.exceptions]));
    return [{ services, direction: first.direction, periodSeconds: first.periodSeconds, bounds, reference }];
  });
}

/** Thresholds as the readers of files have them. */
function asInForce({ services, direction, periodSeconds, bounds }: ThresholdSetting): AdtInForce {
  return {
    services,
    direction,
    period: `PT${periodSeconds}S`,
    bounds: bounds.map((bound) => ({ ...bound, from: bound.from?.toISOString(), to: bound.to?.toISOString() })),
  };
}

function summaryOf(differences: readonly AdtDifference[]): NonNullable<SubmissionSummary['adt']> {
  return {
    ...countDifferences(differences),
    differences: differences
      .filter(({ kind }) => kind !== 'unchanged')
      .slice(0, MOST_LISTED_FAULTS)
      .map((difference) => ({ ...difference, changes: numbersOf(difference) }))
      .map(({ identity, kind, changes, relaxes, reasons }) => ({
        services: identity.services,
        direction: identity.direction,
        period: identity.period,
        kind,
        changes: changes.map(({ item, field, from, to, before, after }) => ({
          item,
          field,
          ...(from === undefined ? {} : { from }),
          ...(to === undefined ? {} : { to }),
          ...(before === undefined ? {} : { before }),
          ...(after === undefined ? {} : { after }),
        })),
        relaxes,
        reasons: [...reasons],
      })),
  };
}
