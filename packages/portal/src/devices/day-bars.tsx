import { type Days, daysInWords, heightsOf } from './days.ts';

const STEP = 6;
const TALL = 36;

/** Thirty days as small bars; the two that are judged stand out, and a day that may not be seen is left out. */
export function DayBars({ days }: { days: Days }) {
  const { counts } = days;
  return (
    <svg
      className="penstock-days"
      role="img"
      aria-label={daysInWords(days)}
      viewBox={`0 0 ${counts.length * STEP} ${TALL + 2}`}
      preserveAspectRatio="none"
    >
      <line x1={0} x2={counts.length * STEP} y1={TALL + 1} y2={TALL + 1} />
      {heightsOf(counts).map((height, day) =>
        height === null ? null : (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its day
            key={day}
            className={day >= counts.length - 2 ? 'penstock-days-judged' : undefined}
            x={day * STEP + 1}
            width={STEP - 2}
            y={TALL - height * TALL}
            height={height * TALL}
          />
        ),
      )}
    </svg>
  );
}
