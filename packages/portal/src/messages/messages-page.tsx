import { Box, Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import type { Caller } from '../api/call.ts';
import { StartExport } from '../audit-trail/start-export.tsx';
import { SavedViews } from '../saved-views/saved-views.tsx';
import { ExportButton } from '../shared/export-button.tsx';
import { ListFailure } from '../shared/more-rows.tsx';
import { PageTitle } from '../shared/page-title.tsx';
import { Empty, Loading } from '../shared/states.tsx';
import { MessageFilters } from './message-filters.tsx';
import { MessageTable } from './message-table.tsx';
import { NewMessages } from './new-messages.tsx';
import { messagesQuery } from './record.ts';
import { RecordGate } from './record-gate.tsx';
import { countConditions, type MessageSearch, queryOf } from './search.ts';

/** The record of a User: what it sent and received, newest first. */
export function MessagesPage() {
  const search = useSearch({ from: '/messages' });
  return (
    <>
      <PageTitle title="Messages" />
      <RecordGate search={search}>{(caller) => <Record caller={caller} search={search} />}</RecordGate>
    </>
  );
}

function Record({ caller, search }: { caller: Caller; search: MessageSearch }) {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const query = messagesQuery(caller, search);
  const messages = useInfiniteQuery(query);
  const conditions = countConditions(search);
  const { for: acting, ...conditionsOnly } = search;
  const [isFiltering, setFiltering] = useState(conditions > 0);
  const rows = useMemo(() => messages.data?.pages.flatMap((page) => page.items) ?? [], [messages.data]);

  function apply(wanted: Partial<MessageSearch>) {
    const { user } = search;
    void navigate({ to: '/messages', search: { for: acting, user, ...wanted } });
  }

  return (
    <Stack gap="md" className="penstock-list-page">
      <Group justify="space-between" align="flex-end" gap="sm">
        <Box flex="1 1 320px">
          <Title order={1}>Messages</Title>
          <Text c="dimmed">What was sent and received, newest first. What a message contains is never shown.</Text>
        </Box>
        <Group gap="xs">
          <Button
            variant={conditions > 0 ? 'light' : 'default'}
            aria-expanded={isFiltering}
            onClick={() => setFiltering(!isFiltering)}
          >
            {conditions === 0 ? 'Filter' : `Filter (${conditions})`}
          </Button>
          <SavedViews page="messages" search={conditionsOnly} />
          <ExportButton caller={caller} path="/messages.csv" query={queryOf(search)} name="messages" />
          <StartExport caller={caller} of="messages" path="/exports" query={queryOf(search)} user={search.user} />
          <NewMessages
            key={rows[0]?.position ?? 'none'}
            caller={caller}
            search={search}
            newest={rows[0]?.position}
            isLoading={messages.isRefetching}
            onShow={() => void queryClient.resetQueries({ queryKey: query.queryKey })}
          />
        </Group>
      </Group>
      {isFiltering ? (
        <Paper withBorder p="md" className="penstock-panel">
          <MessageFilters key={JSON.stringify(search)} search={search} onApply={apply} />
        </Paper>
      ) : null}
      {messages.isPending ? <Loading what="the messages" /> : null}
      <ListFailure list={messages} />
      {messages.isSuccess && rows.length === 0 ? <NoMessages isFiltered={conditions > 0} /> : null}
      {rows.length > 0 ? (
        <>
          <MessageTable rows={rows} search={search} more={messages} />
          <Text size="sm" c="dimmed" role="status">
            {rows.length.toLocaleString('en-GB')} {rows.length === 1 ? 'message' : 'messages'} loaded
            {messages.hasNextPage ? '; scroll down for older ones' : '; that is all of them'}.
          </Text>
        </>
      ) : null}
    </Stack>
  );
}

function NoMessages({ isFiltered }: { isFiltered: boolean }) {
  return (
    <Empty title={isFiltered ? 'No message meets these conditions.' : 'There are no messages yet.'}>
      {isFiltered
        ? 'Widen the time or take a condition away. The record is kept for about three months.'
        : 'As soon as this User sends or receives something, it stands here.'}
    </Empty>
  );
}
