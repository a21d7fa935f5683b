import { Text, Title } from '@mantine/core';
import { longDay, spanOfDays } from './calendar-days.ts';
import { ChangeLink } from './change-link.tsx';
import { clockOf, eventName, eventsByDay, type ShownDays } from './shown.ts';
import { kindWords, ownerOf, stateWords } from './words.ts';

/** Days of a narrow screen are a list, those on which nothing is left out. */
export function Agenda({ days, changes, events, holidays }: ShownDays) {
  const planned = eventsByDay(events, days);
  const entries = days.flatMap((day, index) => {
    const { from, to } = spanOfDays([day]);
    const here = changes.flatMap((change) => {
      const span = change.spans.find((one) => one.to > from && one.from < to);
      return span === undefined ? [] : [{ ...change, begins: Math.max(span.from, from), isOn: span.from < from }];
    });
    const around = (planned[index] ?? []).filter(({ event }) => event.kind !== 'maintenance');
    return here.length + around.length === 0 && !holidays.has(day) ? [] : [{ day, here, around }];
  });
  return (
    <ol className="penstock-agenda">
      {entries.map(({ day, here, around }) => (
        <li key={day}>
          <Title order={3} size="h5">
            {longDay(day)}
          </Title>
          {holidays.has(day) ? <Text size="sm">Bank holiday</Text> : null}
          {around.map((event) => (
            <Text key={event.key} size="sm" className={`penstock-planned penstock-planned-${event.event.kind}`}>
              {eventName(event)}
            </Text>
          ))}
          <ul>
            {here
              .toSorted((one, other) => one.begins - other.begins)
              .map(({ key, change, begins, isOn }) => (
                <li key={key}>
                  <Text span size="sm" c="dimmed">
                    {isOn ? 'goes on' : clockOf(begins)}
                  </Text>{' '}
                  <ChangeLink change={change} />
                  <Text size="xs" c="dimmed">
                    {change.see === 'whole'
                      ? `${kindWords[change.content.statement.kind]}, ${stateWords[change.state].toLowerCase()}, ${change.isYours ? 'yours' : ownerOf(change)}`
                      : change.services.join(', ')}
                  </Text>
                </li>
              ))}
          </ul>
        </li>
      ))}
    </ol>
  );
}
