/**
 * The difference that an Attribute Limits File makes, and whether it could let through what would have been held: for
 * every instant the minimum and the maximum in force before and after are compared, none being no limit.
 *
 * A row holds the values outside one range, so what passes after and was held before is there exactly when one end of
 * the range lies further out.
 */
import { type Change, compareRows, type Difference, differenceOf, groupBoth } from '../spans/changes.ts';
import { EARLIEST, end, inOrder, start } from '../spans/span.ts';
import { findSpans, type Step, writeWhen } from '../spans/timeline.ts';
import { writeFrom } from '../spans/words.ts';
import { compareDecimals } from '../values/decimal.ts';
import type { LimitRow, LimitsFile } from './limits-file.ts';

const fields = ['from', 'to', 'minimum', 'maximum', 'reference'] as const;

export type LimitChange = Change<(typeof fields)[number]>;

export interface LimitDifference extends Difference<LimitRow, LimitChange> {
  readonly attribute: string;
}

type Side = 'minimum' | 'maximum';
type Limit = string | undefined;

const describe = ({ minimum, maximum }: LimitRow): string =>
  `minimum ${minimum ?? 'none'}, maximum ${maximum ?? 'none'}`;

function timeline(limits: readonly LimitRow[], side: Side): [Step<Limit>, ...Step<Limit>[]] {
  const steps = limits.toSorted(inOrder).flatMap((limit) => [
    { from: start(limit), value: limit[side] },
    { from: end(limit), value: undefined },
  ]);
  return [{ from: EARLIEST, value: undefined }, ...steps];
}

/** Whether the second limit holds less than the first. */
const isFurther: Readonly<Record<Side, (before: Limit, after: Limit) => boolean>> = {
  minimum: (before, after) => before !== undefined && (after === undefined || compareDecimals(after, before) < 0),
  maximum: (before, after) => before !== undefined && (after === undefined || compareDecimals(after, before) > 0),
};

/**
 * What the differences change, as a sentence for each limit and span, 'attribute: maximum 5.5 -> 50'. What lies before
 * `now`, an instant of 24 characters, is left out.
 */
export function limitWords(differences: readonly LimitDifference[], now: string): string[] {
  return differences.flatMap(({ attribute, before, after }) =>
    (['minimum', 'maximum'] as const).flatMap((side) =>
      findSpans(timeline(before, side), timeline(after, side), (old, next) => old !== next).flatMap((span) => {
        const when = writeFrom(span, now);
        return when === undefined
          ? []
          : [`${attribute}: ${side} ${span.before ?? 'none'} -> ${span.after ?? 'none'}${when}`];
      }),
    ),
  );
}

/** Every span in which more passes after than before, in words. */
function findRelaxing(before: readonly LimitRow[], after: readonly LimitRow[]): string[] {
  return (['minimum', 'maximum'] as const).flatMap((side) =>
    findSpans(timeline(before, side), timeline(after, side), isFurther[side]).map((span) => {
      if (span.after === undefined) return `${writeWhen(span)}: the ${side} ${span.before} is no more`;
      const moves = side === 'minimum' ? 'falls' : 'rises';
      return `${writeWhen(span)}: the ${side} ${moves} from ${span.before} to ${span.after}`;
    }),
  );
}

const compareLimitRows = (before: readonly LimitRow[], after: readonly LimitRow[]): LimitChange[] =>
  compareRows(fields, describe, before, after);

/** What `after` changes in `before`, an attribute at a time: those of `before` in its order, then those that are new. */
export function compareLimits(before: LimitsFile, after: LimitsFile): LimitDifference[] {
  return groupBoth(before.limits, after.limits, ({ attribute }) => attribute).map((both) => ({
    attribute: both.key,
    ...differenceOf(both.before, both.after, compareLimitRows, findRelaxing),
  }));
}
