import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { londonDay } from '@penstock/api/schemas';
import { useQueries, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useSession } from '../session/me.ts';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { Loading, NoRight } from '../shared/states.tsx';
import { Agenda } from './agenda.tsx';
import { changesDuring, eventsDuring, holidaysOf } from './calendar-data.ts';
import { daysOf, moveDay, nameOfView, spanOfDays } from './calendar-days.ts';
import { CalendarKey } from './calendar-key.tsx';
import { ChangesHead, LinkButton } from './changes-head.tsx';
import { ConditionForm } from './condition-form.tsx';
import { HoursView } from './hours-view.tsx';
import { MonthView } from './month-view.tsx';
import { type CalendarSearch, type CalendarView, conditionFields, conditionsOf } from './search.ts';
import { TimelineView } from './timeline-view.tsx';
import { counted } from './words.ts';
import './calendar.css';

/** Everybody's changes by days, as their owners share them. */
export function CalendarPage() {
  const { me } = useSession();
  const search = useSearch({ from: '/changes/calendar' });
  if (!me.permissions.includes('changes.see')) return <NoRight page="Changes" what="changes" />;
  return <Calendar search={search} />;
}

const views: readonly (readonly [CalendarView, string])[] = [
  ['month', 'Month'],
  ['week', 'Week'],
  ['day', 'Day'],
  ['services', 'By service'],
  ['parties', 'By Party'],
];

function Calendar({ search }: { search: CalendarSearch }) {
  const { me } = useSession();
  const navigate = useNavigate();
  const today = londonDay(Date.now());
  const { by: view = 'month', day = today } = search;
  const conditions = conditionFields.filter((field) => search[field] !== undefined).length;
  const [isFiltering, setFiltering] = useState(conditions > 0);
  const show = (wanted: Partial<CalendarSearch>) =>
    void navigate({ to: '/changes/calendar', search: { ...search, ...wanted } });
  const dayOrNothing = (wanted: string) => (wanted === today ? undefined : wanted);
  return (
    <Stack gap="md">
      <ChangesHead shown="/changes/calendar" words="Who plans what, by days in London, as its owner shares it.">
        <Button
          variant={conditions > 0 ? 'light' : 'default'}
          aria-expanded={isFiltering}
          onClick={() => setFiltering(!isFiltering)}
        >
          {conditions === 0 ? 'Filter' : `Filter (${conditions})`}
        </Button>
        {me.permissions.includes('changes.change') ? <LinkButton to="/changes/new">New change</LinkButton> : null}
      </ChangesHead>
      {isFiltering ? (
        <Paper withBorder p="md" className="penstock-panel">
          <ConditionForm
            key={JSON.stringify(search)}
            search={search}
            hasTimes={false}
            onApply={(wanted) =>
              void navigate({
                to: '/changes/calendar',
                search: { for: search.for, by: search.by, day: search.day, ...wanted },
              })
            }
          />
        </Paper>
      ) : null}
      <Group justify="space-between" gap="sm">
        <Group gap="xs">
          <Button variant="default" onClick={() => show({ day: dayOrNothing(moveDay(view, day, -1)) })}>
            Before
          </Button>
          <Button variant="default" disabled={search.day === undefined} onClick={() => show({ day: undefined })}>
            Today
          </Button>
          <Button variant="default" onClick={() => show({ day: dayOrNothing(moveDay(view, day, 1)) })}>
            Next
          </Button>
          <Title order={2} size="h3" aria-live="polite">
            {nameOfView(view, day)}
          </Title>
        </Group>
        <nav aria-label="Ways to see it" className="penstock-spans-of-time">
          {views.map(([name, words]) => (
            <Link
              key={name}
              to="/changes/calendar"
              search={(before) => ({ ...before, by: name === 'month' ? undefined : name })}
              activeOptions={{ exact: true }}
              // the month is what no address names
              aria-current={name === view ? 'page' : undefined}
            >
              {words}
            </Link>
          ))}
        </nav>
      </Group>
      <Shown search={search} view={view} day={day} today={today} />
    </Stack>
  );
}

function Shown(props: { search: CalendarSearch; view: CalendarView; day: string; today: string }) {
  const { search, view, day, today } = props;
  const { acting } = useSession();
  const isNarrow = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false });
  const days = daysOf(view, day);
  const span = spanOfDays(days);
  const caller = { acting };
  const changes = useQuery(changesDuring(caller, conditionsOf(search), span));
  const events = useQuery(eventsDuring(caller, span));
  const years = [...new Set(days.map((each) => each.slice(0, 4)))];
  const holidays = useQueries({ queries: years.map((year) => holidaysOf(caller, year)) });
  const off = new Set(holidays.flatMap(({ data }) => data?.days ?? []));
  if (changes.isPending || events.isPending) return <Loading what="the calendar" />;
  const failed = changes.isError ? changes : events.isError ? events : undefined;
  if (changes.data === undefined || events.data === undefined) {
    return <FailureSummary words={wordsOf(failed?.error)} onRetry={() => void failed?.refetch()} />;
  }
  const shown = { days, changes: changes.data.items, events: events.data, holidays: off, today };
  const { length } = changes.data.items;
  return (
    <>
      <Text size="sm" c="dimmed" role="status">
        {length === 0 ? 'No change is planned in this time.' : `${counted(length, 'change')} in this time`}
        {changes.data.isCut ? '; there are more: narrow them by the filter.' : length === 0 ? '' : '.'}
      </Text>
      {isNarrow ? (
        <Agenda {...shown} />
      ) : view === 'month' ? (
        <MonthView {...shown} day={day} />
      ) : view === 'week' || view === 'day' ? (
        <HoursView {...shown} />
      ) : (
        <TimelineView {...shown} by={view} />
      )}
      <CalendarKey />
    </>
  );
}
