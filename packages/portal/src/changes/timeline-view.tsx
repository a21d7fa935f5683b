import { Text } from '@mantine/core';
import { type CSSProperties, useMemo } from 'react';
import { BarLink } from './bar-link.tsx';
import type { ShownChange } from './calendar-data.ts';
import { spanOfDays } from './calendar-days.ts';
import { layOutTimeline } from './layout.ts';
import { eventsByDay, groundOf, type ShownDays } from './shown.ts';
import { counted, ownerOf, servicesOf } from './words.ts';

const LANES = 8;
const LANE_PIXELS = 24;
/** Shares of the month: a bar is seen, however short it is. */
const LEAST = 0.012;

const services = ({ change }: ShownChange) => {
  const named = servicesOf(change);
  return named.length === 0 ? ['No service named'] : named;
};
const parties = ({ change }: ShownChange) => [ownerOf(change)];

/** A month, by what is affected or by whose it is. */
export function TimelineView({
  days,
  changes,
  events,
  holidays,
  today,
  by,
}: ShownDays & { by: 'services' | 'parties' }) {
  const rows = useMemo(
    () =>
      layOutTimeline(changes, spanOfDays(days), {
        namesOf: by === 'services' ? services : parties,
        lanes: LANES,
        least: LEAST,
      }),
    [changes, days, by],
  );
  const planned = useMemo(() => eventsByDay(events, days), [events, days]);
  const grounds = days.map((day, index) => (
    <span
      key={day}
      className={`${groundOf(day, planned[index] ?? [], holidays)} ${day === today ? 'penstock-day-today' : ''}`}
    />
  ));
  return (
    <section
      className="penstock-timeline-of"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
      tabIndex={0}
      aria-label={by === 'services' ? 'By service' : 'By Party'}
      style={{ '--days': days.length } as CSSProperties}
    >
      <div className="penstock-plan-head" aria-hidden>
        <span />
        <div className="penstock-timeline-days">
          {days.map((day) => (
            <span key={day}>{Number(day.slice(8))}</span>
          ))}
        </div>
      </div>
      {rows.map(({ name, bars, lanes, all, hidden }) => (
        <section key={name} aria-label={name} className="penstock-plan-row">
          <div>
            <Text fw={650} size="sm">
              {name}
            </Text>
            <Text size="xs" c="dimmed">
              {counted(all, 'change')}
              {hidden === 0 ? '' : `, ${hidden} of them not shown`}
            </Text>
          </div>
          <div className="penstock-timeline-lane" style={{ height: Math.max(1, lanes) * LANE_PIXELS + 8 }}>
            <div className="penstock-timeline-days" aria-hidden>
              {grounds}
            </div>
            {bars.map(({ item: part, lane }) => (
              <BarLink
                key={`${part.item.key} ${part.span.from}`}
                shown={part.item}
                times={part.span}
                style={{
                  top: lane * LANE_PIXELS + 4,
                  left: `${part.from * 100}%`,
                  width: `${(part.to - part.from) * 100}%`,
                }}
              />
            ))}
          </div>
        </section>
      ))}
    </section>
  );
}
