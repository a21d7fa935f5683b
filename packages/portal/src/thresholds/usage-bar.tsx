import type { ThresholdDocument } from '@penstock/api/schemas';
import { count, standingOf } from './words.ts';

/** A count against its numbers: a length, a mark at the warning, and the numbers themselves. */
export function UsageBar({ usage, name }: { usage: NonNullable<ThresholdDocument['usage']>; name: string }) {
  const { state, part, warningPart } = standingOf(usage);
  const percent = `${Math.round(part * 1_000) / 10}%`;
  return (
    <div className="penstock-usage">
      {/* biome-ignore lint/a11y/useSemanticElements: a meter element takes no mark of the warning */}
      <div
        role="meter"
        aria-label={name}
        aria-valuemin={0}
        aria-valuemax={usage.quarantine ?? usage.count}
        aria-valuenow={Math.min(usage.count, usage.quarantine ?? usage.count)}
        aria-valuetext={`${count(usage.count)}${usage.quarantine === undefined ? '' : ` of ${count(usage.quarantine)}`}`}
        className={`penstock-bar penstock-bar-${state}`}
      >
        <span className="penstock-bar-fill" style={{ width: percent }} />
        {warningPart === undefined ? null : (
          <span className="penstock-bar-mark" style={{ left: `${warningPart * 100}%` }} />
        )}
      </div>
      <span className="penstock-usage-numbers">
        <b>{count(usage.count)}</b>
        {usage.quarantine === undefined ? '' : ` of ${count(usage.quarantine)}`}
        {usage.warning === undefined ? '' : `, warning above ${count(usage.warning)}`}
      </span>
    </div>
  );
}
