import { Anchor, Group, Stack, Text, Title } from '@mantine/core';
import type { QuarantineEventDocument } from '@penstock/api/schemas';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { UserSelect } from '../directory/user-select.tsx';
import { useSession } from '../session/me.ts';
import { EntryTable, type Loaded } from '../shared/entry-table.tsx';
import { ExportButton } from '../shared/export-button.tsx';
import { ListFailure } from '../shared/more-rows.tsx';
import { PageTitle } from '../shared/page-title.tsx';
import { Empty, Loading, NoRight } from '../shared/states.tsx';
import { UserName } from '../shared/user-name.tsx';
import { When } from '../shared/when.tsx';
import { count } from '../thresholds/words.ts';
import { eventsQuery } from './queries.ts';
import { type QuarantineSearch, statesOf } from './search.ts';
import { reasonWords, stateWords } from './words.ts';

const tabs: readonly (readonly [QuarantineSearch['show'], string])[] = [
  [undefined, 'To be worked on'],
  ['decided', 'Decided'],
  ['resolved', 'Resolved'],
  ['all', 'All'],
];

/** The events of quarantine: what was held, why, and how far it is. */
export function QuarantinePage() {
  const { me } = useSession();
  if (!me.permissions.includes('quarantine.see')) return <NoRight page="Quarantine" what="quarantine events" />;
  return <Events isOperator={me.acting.kind === 'operator'} />;
}

function Events({ isOperator }: { isOperator: boolean }) {
  const { acting } = useSession();
  const search = useSearch({ from: '/quarantine' });
  const asked = isOperator ? search : { ...search, user: undefined };
  const events = useInfiniteQuery(eventsQuery({ acting }, asked));
  const isEmpty = events.data?.pages.every((page) => page.items.length === 0) ?? false;
  return (
    <Stack gap="md" maw={1200}>
      <PageTitle title="Quarantine" />
      <Group justify="space-between" align="flex-end" gap="sm">
        <div>
          <Title order={1}>Quarantine</Title>
          <Text c="dimmed" maw={760}>
            Messages that are held until an officer of their User decides on them, by a signed file. Nothing is released
            by a click, and nothing by time.
          </Text>
        </div>
        <ExportButton
          caller={{ acting }}
          path="/quarantine/events.csv"
          query={{ userId: asked.user, state: statesOf(asked.show) }}
          name="quarantine-events"
        />
      </Group>
      {isOperator ? <WhoseEvents user={search.user} /> : null}
      <nav aria-label="Which events">
        <Group gap="lg" className="penstock-tabs">
          {tabs.map(([show, label]) => (
            <Link
              key={label}
              to="/quarantine"
              search={(before) => ({ for: before.for, user: search.user, show })}
              className={search.show === show ? 'active' : ''}
              activeProps={{ className: '' }}
              aria-current={search.show === show ? 'true' : undefined}
            >
              {label}
            </Link>
          ))}
        </Group>
      </nav>
      {events.isPending ? <Loading what="the events" /> : null}
      <ListFailure list={events} />
      {isEmpty ? (
        search.show === undefined ? (
          <Empty title="Nothing is held that needs work.">
            What is decided or resolved stands under the other choices.
          </Empty>
        ) : (
          <Empty title="There are no such events.">
            When a threshold or a limit holds messages, the event stands here.
          </Empty>
        )
      ) : null}
      {events.data !== undefined && !isEmpty ? (
        <EventTable list={{ ...events, data: events.data }} isOperator={isOperator} />
      ) : null}
    </Stack>
  );
}

const EVERYBODY = 'everybody';

function WhoseEvents({ user }: { user: string | undefined }) {
  const navigate = useNavigate();
  return (
    <UserSelect
      label="Whose messages"
      w={360}
      maw="100%"
      allowDeselect={false}
      first={[{ value: EVERYBODY, label: 'All Users' }]}
      value={user ?? EVERYBODY}
      onChange={(value) =>
        void navigate({
          to: '/quarantine',
          search: (search) => ({ ...search, user: value === null || value === EVERYBODY ? undefined : value }),
        })
      }
    />
  );
}

/** A state, as a word with a mark of its own. */
export function EventState({ state }: { state: QuarantineEventDocument['state'] }) {
  return <span className={`penstock-outcome penstock-event-${state}`}>{stateWords[state]}</span>;
}

function EventTable({ list, isOperator }: { list: Loaded<QuarantineEventDocument>; isOperator: boolean }) {
  return (
    <EntryTable
      list={list}
      label="Events"
      columns={[
        ['Event', 1.3],
        ...(isOperator ? [['User ID', 1.4] as const] : []),
        'State',
        ['Undecided', 0.7],
        ['Held', 0.7],
        ['Last held', 1.2],
        ['Why', 1.5],
        'Owner',
      ]}
      keyOf={({ userId, event }) => `${userId} ${event}`}
    >
      {(event) => [
        <Anchor
          key="event"
          fz="inherit"
          className="penstock-reference"
          renderRoot={(props) => (
            <Link
              to="/quarantine/$event"
              params={{ event: event.event }}
              search={(search) => ({ for: search.for, user: isOperator ? event.userId : undefined })}
              {...props}
            />
          )}
        >
          {event.event}
        </Anchor>,
        ...(isOperator ? [<UserName key="user" userId={event.userId} />] : []),
        <EventState key="state" state={event.state} />,
        <Text key="undecided" size="sm" fw={event.undecided > 0 ? 650 : 400}>
          {count(event.undecided)}
        </Text>,
        count(event.held),
        <When key="last" at={event.lastAt} />,
        reasonWords(event.words),
        event.owner ?? 'nobody yet',
      ]}
    </EntryTable>
  );
}
