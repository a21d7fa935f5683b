import { Anchor, Text } from '@mantine/core';
import { startOfDay } from '@penstock/api/schemas';
import { Link } from '@tanstack/react-router';
import { type CSSProperties, useMemo } from 'react';
import { BarLink } from './bar-link.tsx';
import { addDays, longDay, shortDay } from './calendar-days.ts';
import { ChangeLink } from './change-link.tsx';
import { axisOf, type HourAxis, layOutDay, rowOf, rowsWithout } from './layout.ts';
import { clockOf, eventName, eventsByDay, groundOf, type ShownDays } from './shown.ts';
import { counted, kindWords, ownerOf } from './words.ts';

const ROW_PIXELS = 30;
/** Beside each other on a day of a week, and on a day alone. */
const LANES_OF_WEEK = 4;
const LANES_OF_DAY = 10;

/** A week or a day, by its hours. In the night of the change of the clocks it has one more, or one less. */
export function HoursView({ days, changes, events, holidays, today }: ShownDays) {
  const axis = useMemo(() => axisOf(days), [days]);
  const planned = useMemo(() => eventsByDay(events, days), [events, days]);
  const lanes = days.length === 1 ? LANES_OF_DAY : LANES_OF_WEEK;
  const laid = useMemo(() => days.map((day) => layOutDay(changes, day, axis, lanes)), [changes, days, axis, lanes]);
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <section className="penstock-hours" tabIndex={0} aria-label="Hours">
        <div
          className="penstock-hours-grid"
          style={{ '--days': days.length, '--rows': axis.names.length } as CSSProperties}
        >
          <div className="penstock-hour-names" aria-hidden>
            {axis.names.map((name) => (
              <span key={name} style={{ height: ROW_PIXELS }}>
                {name}
              </span>
            ))}
          </div>
          {days.map((day, index) => {
            const around = planned[index] ?? [];
            const { bars, hidden } = laid[index] ?? { bars: [], hidden: 0 };
            return (
              <section
                key={day}
                aria-label={longDay(day)}
                className={`penstock-hours-day ${groundOf(day, [], holidays)}`}
              >
                <header {...(day === today ? { 'aria-current': 'date' as const } : {})}>
                  {days.length === 1 ? null : (
                    <Anchor
                      renderRoot={(props) => (
                        <Link
                          to="/changes/calendar"
                          search={(before: object) => ({ ...before, by: 'day' as const, day })}
                          {...props}
                        />
                      )}
                    >
                      {shortDay(day)}
                    </Anchor>
                  )}
                  {holidays.has(day) ? <span>Bank holiday</span> : null}
                  {hidden === 0 ? null : <span>+{hidden} more</span>}
                </header>
                <div className="penstock-hours-rows" style={{ height: axis.names.length * ROW_PIXELS }}>
                  <Grounds axis={axis} day={day} around={around} />
                  {bars.map(({ item: part, lane, lanes: wide }) => (
                    <BarLink
                      key={`${part.item.key} ${part.span.from}`}
                      shown={part.item}
                      times={part.span}
                      style={{
                        top: part.from * ROW_PIXELS + 1,
                        height: (part.to - part.from) * ROW_PIXELS - 2,
                        left: `calc(${(lane / wide) * 100}% + 1px)`,
                        width: `calc(${100 / wide}% - 3px)`,
                      }}
                    >
                      <b>{part.span.from < startOfDay(day) ? 'goes on' : clockOf(part.span.from)} </b>
                    </BarLink>
                  ))}
                </div>
              </section>
            );
          })}
        </div>
      </section>
      {days.length === 1 ? <ListOfDay changes={changes} day={days[0] ?? ''} /> : null}
    </>
  );
}

/** Behind the changes: hours that a day has not, freezes, rehearsals and maintenance windows. */
function Grounds({ axis, day, around }: { axis: HourAxis; day: string; around: ShownDays['events'] }) {
  const [begins, ends] = [startOfDay(day), startOfDay(addDays(day, 1))];
  return (
    <>
      {around.flatMap((event) =>
        event.spans
          .filter(({ from, to }) => to > begins && from < ends)
          .map((span) => {
            const [from, to] = [rowOf(axis, day, span.from), rowOf(axis, day, span.to)];
            return (
              <div
                key={`${event.key} ${span.from}`}
                className={`penstock-ground-of penstock-ground-${event.event.kind}`}
                style={{ top: from * ROW_PIXELS, height: (to - from) * ROW_PIXELS }}
              >
                <span>{eventName(event)}</span>
              </div>
            );
          }),
      )}
      {rowsWithout(axis, day).map((row) => (
        <div key={row} className="penstock-no-hour" style={{ top: row * ROW_PIXELS, height: ROW_PIXELS }} />
      ))}
    </>
  );
}

/** All of a day, however many there are. */
function ListOfDay({ changes, day }: { changes: ShownDays['changes']; day: string }) {
  const [begins, ends] = [startOfDay(day), startOfDay(addDays(day, 1))];
  const here = changes.filter(({ spans }) => spans.some(({ from, to }) => to > begins && from < ends));
  if (here.length === 0) return null;
  return (
    <section aria-label="All of the day">
      <Text fw={650}>{counted(here.length, 'change')}</Text>
      <ul className="penstock-why">
        {here.map(({ key, change }) => (
          <li key={key}>
            <ChangeLink change={change} />{' '}
            <Text span size="sm" c="dimmed">
              {change.see === 'whole' ? kindWords[change.content.statement.kind] : change.services.join(', ')},{' '}
              {ownerOf(change)}
            </Text>
          </li>
        ))}
      </ul>
    </section>
  );
}
