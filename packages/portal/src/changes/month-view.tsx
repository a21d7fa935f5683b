// biome-ignore-all lint/a11y/useFocusableInteractive: of a grid one cell has the focus at a time
// biome-ignore-all lint/a11y/useSemanticElements: a table element cannot hold bars that go over several of its cells
import { VisuallyHidden } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, useMemo, useRef } from 'react';
import { BarLink } from './bar-link.tsx';
import { addDays, addMonths, longDay } from './calendar-days.ts';
import { layOutWeeks } from './layout.ts';
import { clockOf, eventName, eventsByDay, groundOf, type ShownDays } from './shown.ts';
import { counted } from './words.ts';

/** Lanes of a week; what lies beyond them is counted, and stands on the page of its day. */
const LANES = 4;
const LANE_PIXELS = 23;
const HEAD_PIXELS = 46;
const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** Where a key leads from a day; undefined: it is no key of the grid. */
function dayBy(key: string, day: string, isShift: boolean): string | undefined {
  const weekday = (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
  switch (key) {
    case 'ArrowLeft':
      return addDays(day, -1);
    case 'ArrowRight':
      return addDays(day, 1);
    case 'ArrowUp':
      return addDays(day, -7);
    case 'ArrowDown':
      return addDays(day, 7);
    case 'Home':
      return addDays(day, -weekday);
    case 'End':
      return addDays(day, 6 - weekday);
    case 'PageUp':
      return addMonths(day, isShift ? -12 : -1);
    case 'PageDown':
      return addMonths(day, isShift ? 12 : 1);
    default:
      return undefined;
  }
}

/** A month, by weeks; one walks through it by arrows and opens a day with Enter. */
export function MonthView({ days, changes, events, holidays, today, day }: ShownDays & { day: string }) {
  const navigate = useNavigate();
  const grid = useRef<HTMLDivElement>(null);
  const weeks = useMemo(() => layOutWeeks(changes, days, LANES), [changes, days]);
  const planned = useMemo(() => eventsByDay(events, days), [events, days]);
  const month = day.slice(0, 7);

  function go(event: KeyboardEvent<HTMLDivElement>) {
    const cell = (event.target as HTMLElement).closest<HTMLElement>('[data-day]');
    const from = cell?.dataset.day;
    if (from === undefined) return;
    if (event.key === 'Enter' && event.target === cell) {
      void navigate({ to: '/changes/calendar', search: (before) => ({ ...before, by: 'day' as const, day: from }) });
      return;
    }
    const to = dayBy(event.key, from, event.shiftKey);
    if (to === undefined) return;
    event.preventDefault();
    void navigate({
      to: '/changes/calendar',
      search: (before) => ({ ...before, day: to }),
      replace: true,
    }).then(() => focusOn(grid.current, to));
  }
  return (
    <div
      ref={grid}
      role="grid"
      aria-label="Month"
      className="penstock-month"
      onKeyDown={go}
      style={{ '--lanes-height': `${HEAD_PIXELS + LANES * LANE_PIXELS + 22}px` } as React.CSSProperties}
    >
      <div role="row" className="penstock-month-head">
        {weekdays.map((name) => (
          <div role="columnheader" key={name}>
            {name}
          </div>
        ))}
      </div>
      {weeks.map((week, number) => (
        <div role="row" key={week.days[0]} className="penstock-week">
          {week.days.map((shown, index) => {
            const around = planned[number * 7 + index] ?? [];
            const told = around.filter(({ event }) => event.kind !== 'maintenance');
            const count = week.counts[index] ?? { all: 0, hidden: 0 };
            return (
              <div
                role="gridcell"
                key={shown}
                data-day={shown}
                tabIndex={shown === day ? 0 : -1}
                aria-current={shown === today ? 'date' : undefined}
                className={`penstock-day ${groundOf(shown, around, holidays)} ${shown.slice(0, 7) === month ? '' : 'penstock-day-beyond'}`}
              >
                <VisuallyHidden>
                  {longDay(shown)}, {counted(count.all, 'change')}
                  {holidays.has(shown) ? ', bank holiday' : ''}
                </VisuallyHidden>
                <span className="penstock-day-number" aria-hidden>
                  {Number(shown.slice(8))}
                </span>
                <span className="penstock-day-words">
                  {holidays.has(shown) ? <span aria-hidden>Bank holiday</span> : null}
                  {told.map((event) => (
                    <span key={event.key} title={eventName(event)}>
                      {eventName(event)}
                    </span>
                  ))}
                </span>
                {week.bars
                  .filter(({ item }) => item.from === index)
                  .map(({ item: run, lane }) => {
                    const times = timesIn(run.item.spans, shown, week.days[run.to - 1] ?? shown);
                    return (
                      <BarLink
                        key={run.item.key}
                        shown={run.item}
                        times={times}
                        isOutOfOrder
                        className={`${run.isBefore ? 'penstock-goes-before' : ''} ${run.isAfter ? 'penstock-goes-on' : ''}`}
                        style={{
                          top: HEAD_PIXELS + lane * LANE_PIXELS,
                          width: `calc(${(run.to - run.from) * 100}% - 6px)`,
                        }}
                      >
                        {run.isBefore || times === undefined ? null : <b>{clockOf(times.from)} </b>}
                      </BarLink>
                    );
                  })}
                {count.hidden === 0 ? null : (
                  <Link
                    to="/changes/calendar"
                    search={(before) => ({ ...before, by: 'day' as const, day: shown })}
                    className="penstock-day-more"
                    tabIndex={-1}
                  >
                    +{count.hidden} more<VisuallyHidden> on {longDay(shown)}</VisuallyHidden>
                  </Link>
                )}
              </div>
            );
          })}
        </div>
      ))}
    </div>
  );
}

/** The first time of a run of days. */
function timesIn(spans: ShownDays['changes'][number]['spans'], first: string, last: string) {
  const [begins, ends] = [Date.parse(`${first}T00:00:00Z`) - 3_600_000, Date.parse(`${last}T00:00:00Z`) + 90_000_000];
  return spans.find(({ from, to }) => to > begins && from < ends);
}

/** When it is there: another month comes with what it asks for. */
function focusOn(grid: HTMLElement | null, day: string): void {
  const root = grid?.isConnected === true ? grid : document;
  const tryAgain = (tries: number) => {
    const cell = (root.isConnected ? root : document).querySelector<HTMLElement>(`[data-day="${day}"]`);
    if (cell !== null) cell.focus();
    else if (tries > 0) requestAnimationFrame(() => tryAgain(tries - 1));
  };
  tryAgain(300);
}
