// Differences in the form in which the API tells those of a delivered file, so that one view shows both.
import type { SubmissionSummary } from '@penstock/api/schemas';
import { type AdtDifference, adtWords, type LimitDifference, limitWords, numbersOf } from '@penstock/files';

type Kind = AdtDifference['kind'];

function countsOf(differences: readonly { readonly kind: Kind; readonly relaxes: boolean }[]) {
  const count = (wanted: Kind) => differences.filter(({ kind }) => kind === wanted).length;
  return {
    added: count('added'),
    removed: count('removed'),
    changed: count('changed'),
    unchanged: count('unchanged'),
    relaxes: differences.some(({ relaxes }) => relaxes),
  };
}

export function summaryOfAdt(differences: readonly AdtDifference[], now: Date): SubmissionSummary {
  const adt = {
    ...countsOf(differences),
    differences: differences
      .filter(({ kind }) => kind !== 'unchanged')
      .map((difference) => ({ ...difference, changes: numbersOf(difference) }))
      .map(({ identity, kind, changes, relaxes, reasons }) => ({
        services: identity.services,
        direction: identity.direction,
        period: identity.period,
        kind,
        changes: changes.map((change) => ({ ...change })),
        relaxes,
        reasons: [...reasons],
      })),
  };
  return { words: adtWords(differences, now.toISOString()), adt };
}

export function summaryOfLimits(differences: readonly LimitDifference[], now: Date): SubmissionSummary {
  const reasons = differences.flatMap((one) => one.reasons.map((reason) => `${one.attribute} ${reason}`));
  return {
    words: limitWords(differences, now.toISOString()),
    limits: { ...countsOf(differences), reasons },
  };
}
