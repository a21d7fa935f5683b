import { Box, Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import type { TitleDocument } from '@penstock/api/schemas';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { type Caller, CallFailed } from '../api/call.ts';
import { AskDialog, QuestionSent } from '../questions/ask-dialog.tsx';
import { SavedViews } from '../saved-views/saved-views.tsx';
import { useSession } from '../session/me.ts';
import { ExportButton } from '../shared/export-button.tsx';
import { ListFailure } from '../shared/more-rows.tsx';
import { Empty, Loading } from '../shared/states.tsx';
import { NotYours } from './not-yours.tsx';
import { StartExport } from './start-export.tsx';
import { TitleFilters } from './title-filters.tsx';
import { countTitleConditions, type TitleSearch, titleQueryOf } from './title-search.ts';
import { TitleTable } from './title-table.tsx';
import { titlesQuery } from './titles-query.ts';

/** The titles of a device: everybody's requests to it and what came back, newest first. */
export function Titles({ caller, device, search }: { caller: Caller; device: string; search: TitleSearch }) {
  const { me } = useSession();
  const isOperator = me.acting.kind === 'operator';
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const query = titlesQuery(caller, device, search);
  const titles = useInfiniteQuery(query);
  const conditions = countTitleConditions(search);
  const { for: acting, ...conditionsOnly } = search;
  const [isFiltering, setFiltering] = useState(conditions > 0);
  const rows = useMemo(() => titles.data?.pages.flatMap((page) => page.items) ?? [], [titles.data]);
  const mayAsk = !isOperator && me.permissions.includes('questions.change');
  const [asking, setAsking] = useState<TitleDocument>();
  const [isSent, setSent] = useState(false);
  const isNone = titles.error instanceof CallFailed && titles.error.problem.code === 'request.not-found';

  function apply(wanted: Partial<TitleSearch>) {
    const { user } = search;
    void navigate({ to: '/devices/$device', params: { device }, search: { for: acting, user, ...wanted } });
  }

  return (
    <Stack gap="md" component="section" aria-labelledby="titles-head">
      <Group justify="space-between" align="flex-end" gap="sm">
        <Box flex="1 1 320px">
          <Title order={2} id="titles-head">
            Audit trail
          </Title>
          <Text c="dimmed">
            The titles of everybody’s requests to this device and of what came back, newest first. What a message
            contains is never shown; that somebody looked is recorded.
          </Text>
        </Box>
        <Group gap="xs">
          <Button
            variant={conditions > 0 ? 'light' : 'default'}
            aria-expanded={isFiltering}
            onClick={() => setFiltering(!isFiltering)}
          >
            {conditions === 0 ? 'Filter' : `Filter (${conditions})`}
          </Button>
          <SavedViews page="titles" search={{ device, ...conditionsOnly }} />
          <ExportButton
            caller={caller}
            path={`/devices/${device}/titles.csv`}
            query={titleQueryOf(search)}
            name={`titles-${device}`}
          />
          <StartExport
            caller={caller}
            of="titles"
            path={`/devices/${device}/titles/exports`}
            query={titleQueryOf(search)}
            user={search.user}
          />
          <Button variant="default" onClick={() => void queryClient.resetQueries({ queryKey: query.queryKey })}>
            Show new titles
          </Button>
        </Group>
      </Group>
      {isFiltering ? (
        <Paper withBorder p="md" className="penstock-panel">
          <TitleFilters key={JSON.stringify(search)} search={search} onApply={apply} />
        </Paper>
      ) : null}
      {titles.isPending ? <Loading what="the titles" /> : null}
      {isNone ? <NotYours isOperator={isOperator} /> : null}
      {isNone ? null : <ListFailure list={titles} />}
      {titles.isSuccess && rows.length === 0 ? (
        <Empty title={conditions > 0 ? 'No title meets these conditions.' : 'There are no titles yet.'}>
          {conditions > 0
            ? 'Widen the time or take a condition away. The record is kept for about three months.'
            : 'As soon as somebody sends this device something, it stands here.'}
        </Empty>
      ) : null}
      {isSent ? <QuestionSent /> : null}
      {!isNone && rows.length > 0 ? (
        <>
          <TitleTable rows={rows} isOperator={isOperator} onAsk={mayAsk ? setAsking : undefined} more={titles} />
          <Text size="sm" c="dimmed" role="status">
            {rows.length.toLocaleString('en-GB')} {rows.length === 1 ? 'title' : 'titles'} loaded
            {titles.hasNextPage ? '; scroll down for older ones' : '; that is all of them'}.
          </Text>
        </>
      ) : null}
      {asking === undefined ? null : (
        <AskDialog
          title={asking}
          onSent={() => {
            setAsking(undefined);
            setSent(true);
          }}
          onClose={() => setAsking(undefined)}
        />
      )}
    </Stack>
  );
}
