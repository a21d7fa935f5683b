import { Button, Group, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { type StreamDocument, streamPageSchema } from '@penstock/api/schemas';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ask } from '../api/call.ts';
import { useSession } from '../session/me.ts';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { PageTitle } from '../shared/page-title.tsx';
import { Empty, Loading, NoRight } from '../shared/states.tsx';
import { When } from '../shared/when.tsx';
import { byNeed, countWords, healthOf } from './health.ts';

/** Users a page: what the API gives at most. */
const PAGE_USERS = 50;

/** What waits to be taken, how old it is, and how delivery stands, as it changes. */
export function StreamsPage() {
  const { me, acting } = useSession();
  const isOperator = me.acting.kind === 'operator';
  const maySee = me.permissions.includes('streams.see');
  const streams = useInfiniteQuery({
    queryKey: ['streams', acting],
    queryFn: ({ pageParam, signal }) =>
      ask(streamPageSchema, '/streams', {
        caller: { acting },
        query: { limit: PAGE_USERS, cursor: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.cursor,
    meta: { live: { topics: ['streams'] } },
    enabled: maySee,
  });
  if (!maySee) return <NoRight page="Streams" what="streams" />;
  const shown = byNeed(streams.data?.pages.flatMap((page) => page.items) ?? [], streams.dataUpdatedAt);
  return (
    <Stack gap="md" maw={1200}>
      <PageTitle title="Streams" />
      <div>
        <Title order={1}>Streams</Title>
        <Text c="dimmed">
          {isOperator
            ? 'What waits for the network and for each User; what needs somebody comes first.'
            : 'What you sent waits for the network, and what came back waits for you.'}
        </Text>
      </div>
      {streams.isPending ? <Loading what="the streams" /> : null}
      {streams.isError ? (
        <FailureSummary words={wordsOf(streams.error)} onRetry={() => void streams.refetch()} />
      ) : null}
      {streams.isSuccess && shown.length === 0 ? (
        <Empty title="There are no streams.">There are no Users yet.</Empty>
      ) : (
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
          {shown.map((stream) => (
            <StreamCard
              key={`${stream.userId} ${stream.direction}`}
              stream={stream}
              now={streams.dataUpdatedAt}
              isOwn={!isOperator}
            />
          ))}
        </SimpleGrid>
      )}
      {streams.hasNextPage ? (
        <div>
          <Button variant="default" loading={streams.isFetchingNextPage} onClick={() => void streams.fetchNextPage()}>
            Show more Users
          </Button>
        </div>
      ) : null}
      {streams.dataUpdatedAt === 0 ? null : (
        <Text size="sm" c="dimmed">
          As of <When at={new Date(streams.dataUpdatedAt).toISOString()} inline />
        </Text>
      )}
    </Stack>
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
      <Text size="xs" className="penstock-identifier" c="dimmed">
        {stream.userId}
      </Text>
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
