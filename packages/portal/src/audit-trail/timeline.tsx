import './timeline.css';
import { Box, Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { type TimelineDocument, timelineSpans } from '@penstock/api/schemas';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { type Caller, CallFailed } from '../api/call.ts';
import { isAffected } from '../live/affected.ts';
import { useChanges } from '../live/live.tsx';
import { SavedViews } from '../saved-views/saved-views.tsx';
import { useSession } from '../session/me.ts';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { ShowNew } from '../shared/show-new.tsx';
import { Empty, Loading } from '../shared/states.tsx';
import { When } from '../shared/when.tsx';
import { NotYours } from './not-yours.tsx';
import { Activity } from './timeline-activity.tsx';
import { TimelineEntries } from './timeline-entries.tsx';
import { TimelinePeriod } from './timeline-period.tsx';
import { timelineQuery } from './timeline-query.ts';
import { type DeviceSearch, neighbours, spanWords, USUAL_SPAN } from './timeline-search.ts';

/** What was sent to a device and came back beside the alerts that one had of it, folded, and how much there was. */
export function Timeline({ caller, device, search }: { caller: Caller; device: string; search: DeviceSearch }) {
  const { me } = useSession();
  const isOperator = me.acting.kind === 'operator';
  const queryClient = useQueryClient();
  const query = timelineQuery(caller, device, search);
  const timeline = useInfiniteQuery(query);
  const [isChoosing, setChoosing] = useState(false);
  const [hasNew, setNew] = useState(false);
  const { user, from, to, span } = search;
  useChanges((changes) => {
    if (to === undefined && isAffected({ topics: ['messages'], userId: user }, changes)) setNew(true);
  });
  const isNone = timeline.error instanceof CallFailed && timeline.error.problem.code === 'request.not-found';
  const [shown] = timeline.data?.pages ?? [];
  const entries = timeline.data?.pages.flatMap((page) => page.items) ?? [];

  function showNew() {
    setNew(false);
    void queryClient.resetQueries({ queryKey: query.queryKey });
  }

  return (
    <Stack gap="md" component="section" aria-labelledby="timeline-head">
      <Group justify="space-between" align="flex-end" gap="sm">
        <Box flex="1 1 320px">
          <Title order={2} id="timeline-head">
            Timeline
          </Title>
          <Text c="dimmed">
            Everybody’s requests to this device and what came back, beside the alerts that{' '}
            {isOperator ? 'the User' : 'you'} had of it and what may have caused them. That somebody looked is recorded.
          </Text>
        </Box>
        <Group gap="xs">
          <SavedViews page="timeline" search={{ device, user, from, to, span }} />
          {to === undefined ? (
            <ShowNew
              what={['entry', 'entries']}
              count={0}
              hasNew={hasNew}
              isLoading={timeline.isFetching && !timeline.isFetchingNextPage}
              onShow={showNew}
            />
          ) : null}
        </Group>
      </Group>
      <Spans search={search} shown={shown} isChoosing={isChoosing} onChoose={() => setChoosing(!isChoosing)} />
      {isChoosing ? (
        <Paper withBorder p="md" className="penstock-panel">
          <TimelinePeriod search={search} shown={shown} onChosen={() => setChoosing(false)} />
        </Paper>
      ) : null}
      {timeline.isPending ? <Loading what="the timeline" /> : null}
      {isNone ? <NotYours isOperator={isOperator} /> : null}
      {timeline.isError && !isNone ? (
        <FailureSummary words={wordsOf(timeline.error)} onRetry={() => void timeline.refetch()} />
      ) : null}
      {timeline.isSuccess && shown?.activity !== undefined && entries.length > 0 ? (
        <Activity activity={shown.activity} isUnderWay={to === undefined} />
      ) : null}
      {timeline.isSuccess && entries.length === 0 ? (
        <Empty title="Nothing happened in this time.">
          Nobody sent this device anything, and no alert came from it. Choose a longer time; the record is kept for
          about three months.
        </Empty>
      ) : null}
      {timeline.isSuccess && entries.length > 0 ? (
        <>
          <TimelineEntries entries={entries} device={device} search={search} />
          <Group gap="sm">
            {timeline.hasNextPage ? (
              <Button
                variant="default"
                loading={timeline.isFetchingNextPage}
                onClick={() => void timeline.fetchNextPage()}
              >
                Show older
              </Button>
            ) : null}
            <Text size="sm" c="dimmed" role="status">
              {entries.length.toLocaleString('en-GB')} {entries.length === 1 ? 'entry' : 'entries'} shown
              {timeline.hasNextPage ? '; there are older ones' : '; that is all of this time'}.
            </Text>
          </Group>
        </>
      ) : null}
    </Stack>
  );
}

/** Which part of the timeline is shown, and the ways to others. */
function Spans(props: {
  search: DeviceSearch;
  shown: TimelineDocument | undefined;
  isChoosing: boolean;
  onChoose: () => void;
}) {
  const { search, shown, isChoosing, onChoose } = props;
  const { for: acting, user, from, to, span = USUAL_SPAN } = search;
  const navigate = useNavigate();
  const isSpan = from === undefined && to === undefined;
  const go = (time: { from: string; to: string }) =>
    void navigate({ to: '.', search: { for: acting, user, tab: 'timeline', ...time }, resetScroll: false });
  const beside = shown === undefined ? undefined : neighbours(shown, Date.now());
  return (
    <Group justify="space-between" gap="xs">
      <nav aria-label="Time that is shown" className="penstock-spans">
        {timelineSpans.map((days) => (
          <Link
            key={days}
            to="."
            search={{ for: acting, user, tab: 'timeline', span: days }}
            resetScroll={false}
            aria-current={isSpan && days === span ? 'true' : undefined}
          >
            {spanWords[days]}
          </Link>
        ))}
      </nav>
      <Group gap="xs">
        {isSpan || shown === undefined ? null : (
          <Text size="sm">
            <When at={shown.from} inline /> to <When at={shown.to} inline />
          </Text>
        )}
        <Button size="compact-sm" variant="default" disabled={!beside} onClick={() => beside && go(beside.earlier)}>
          Earlier
        </Button>
        {beside?.later === undefined ? null : (
          <Button size="compact-sm" variant="default" onClick={() => beside.later && go(beside.later)}>
            Later
          </Button>
        )}
        <Button size="compact-sm" variant={isSpan ? 'default' : 'light'} aria-expanded={isChoosing} onClick={onChoose}>
          Choose the time
        </Button>
      </Group>
    </Group>
  );
}
