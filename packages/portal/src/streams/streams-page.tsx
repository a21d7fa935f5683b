import { Group, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { type StreamDocument, streamPageSchema } from '@penstock/api/schemas';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { ask } from '../api/call.ts';
import { useSession } from '../session/me.ts';
import { CardList } from '../shared/card-list.tsx';
import { ExportButton } from '../shared/export-button.tsx';
import { FindBox } from '../shared/find-box.tsx';
import { ListFailure } from '../shared/more-rows.tsx';
import { PageTitle } from '../shared/page-title.tsx';
import { Empty, Loading, NoRight } from '../shared/states.tsx';
import { UserName } from '../shared/user-name.tsx';
import { When } from '../shared/when.tsx';
import { countWords, healthOf } from './health.ts';

/** Users a page: what the API gives at most. */
const PAGE_USERS = 50;
/** Of two cards beside one another. */
const STREAM_PIXELS = 300;

const views = [
  [undefined, 'All'],
  ['somebody', 'Those that need somebody'],
] as const;

/** What waits to be taken, how old it is, and how delivery stands, as it changes. */
export function StreamsPage() {
  const { me, acting } = useSession();
  const isOperator = me.acting.kind === 'operator';
  const maySee = me.permissions.includes('streams.see');
  const { needs, find } = useSearch({ from: '/streams' });
  const query = { needs, find: isOperator ? find : undefined };
  const streams = useInfiniteQuery({
    queryKey: ['streams', acting, query],
    queryFn: ({ pageParam, signal }) =>
      ask(streamPageSchema, '/streams', {
        caller: { acting },
        query: { ...query, limit: PAGE_USERS, cursor: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.cursor,
    meta: { live: { topics: ['streams'] } },
    enabled: maySee,
  });
  if (!maySee) return <NoRight page="Streams" what="streams" />;
  const shown = streams.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Stack gap="md" maw={1200}>
      <PageTitle title="Streams" />
      <Group justify="space-between" align="flex-end" gap="sm">
        <div>
          <Title order={1}>Streams</Title>
          <Text c="dimmed">
            {isOperator
              ? 'What waits for the network and for each User.'
              : 'What you sent waits for the network, and what came back waits for you.'}
          </Text>
        </div>
        <ExportButton caller={{ acting }} path="/streams.csv" query={query} name="streams" />
      </Group>
      <nav aria-label="Which streams">
        <Group gap="lg" className="penstock-tabs">
          {views.map(([wanted, words]) => (
            <Link
              key={words}
              to="/streams"
              search={(search) => ({ ...search, needs: wanted })}
              className={wanted === needs ? 'active' : ''}
              activeProps={{ className: '' }}
              aria-current={wanted === needs ? 'true' : undefined}
            >
              {words}
            </Link>
          ))}
        </Group>
      </nav>
      {isOperator ? <FindBox label="Find a User" by="By User ID or Party" /> : null}
      {streams.isPending ? <Loading what="the streams" /> : null}
      <ListFailure list={streams} />
      {streams.isSuccess && shown.length === 0 ? <None {...query} /> : null}
      {streams.data === undefined || shown.length === 0 ? null : (
        <CardList
          label="Streams"
          list={{ ...streams, data: streams.data }}
          cards={pairsOf(shown)}
          keyOf={(pair) => pair.map(keyOf).join()}
          cardPixels={STREAM_PIXELS}
        >
          {(pair) => (
            <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
              {pair.map((stream) => (
                <StreamCard key={keyOf(stream)} stream={stream} now={streams.dataUpdatedAt} isOwn={!isOperator} />
              ))}
            </SimpleGrid>
          )}
        </CardList>
      )}
      {streams.dataUpdatedAt === 0 ? null : (
        <Text size="sm" c="dimmed">
          As of <When at={new Date(streams.dataUpdatedAt).toISOString()} inline />
        </Text>
      )}
    </Stack>
  );
}

const keyOf = ({ userId, direction }: StreamDocument): string => `${userId} ${direction}`;

/** Two on a line. */
function pairsOf(streams: readonly StreamDocument[]): StreamDocument[][] {
  return streams.flatMap((_stream, index) => (index % 2 === 0 ? [streams.slice(index, index + 2)] : []));
}

function None({ needs, find }: { needs: string | undefined; find: string | undefined }) {
  if (find !== undefined) {
    return (
      <Empty title={`No stream is found by ‘${find}’.`}>A part of a User ID or of a Party’s name is enough.</Empty>
    );
  }
  if (needs === undefined) return <Empty title="There are no streams.">There are no Users yet.</Empty>;
  return (
    <Empty title="No stream needs somebody.">
      Everything is taken within a minute. One that fails, or that nobody takes, stands here.
    </Empty>
  );
}

function StreamCard({ stream, now, isOwn }: { stream: StreamDocument; now: number; isOwn: boolean }) {
  const { state, title, words } = healthOf(stream, now);
  const name = stream.direction === 'southbound' ? 'To the network' : isOwn ? 'To you' : 'To the User';
  const facts: [string, ReactNode][] = [
    ['Waiting', countWords(stream)],
    ['Oldest', stream.oldestRecordedAt && <When at={stream.oldestRecordedAt} inline />],
    ['Last taken', stream.movedAt && <When at={stream.movedAt} inline />],
    ['Next try', stream.retryAt && <When at={stream.retryAt} inline />],
    ['What failed', stream.lastError],
    ['Left untaken', stream.expired === 0 ? undefined : `${stream.expired.toLocaleString('en-GB')} messages`],
  ];
  return (
    <Paper component="section" withBorder p="md" className="penstock-panel" aria-label={`${name}, ${stream.userId}`}>
      <Group justify="space-between" gap="sm" align="baseline">
        <Title order={2} size="h4">
          {name}
        </Title>
        <span className={`penstock-outcome penstock-health-${state}`}>{title}</span>
      </Group>
      <UserName userId={stream.userId} />
      <Text size="sm" my="sm">
        {words}
      </Text>
      <dl className="penstock-facts">
        {facts.map(([fact, value]) =>
          value === undefined || value === '' ? null : (
            <div key={fact}>
              <dt>{fact}</dt>
              <dd>{value}</dd>
            </div>
          ),
        )}
      </dl>
    </Paper>
  );
}
