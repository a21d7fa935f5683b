import { Anchor, Button, Group, Stack, Text, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';
import { UserSelect } from '../directory/user-select.tsx';
import { useSession } from '../session/me.ts';
import { CardList } from '../shared/card-list.tsx';
import { ExportButton } from '../shared/export-button.tsx';
import { ListFailure, mayLoadMore } from '../shared/more-rows.tsx';
import { PageTitle } from '../shared/page-title.tsx';
import { Empty, Loading, NoRight } from '../shared/states.tsx';
import { When } from '../shared/when.tsx';
import { LimitList } from './limit-list.tsx';
import { thresholdsQuery } from './queries.ts';
import { ThresholdCard } from './threshold-card.tsx';
import { byNeed } from './words.ts';

/** Of one that is not open. */
const THRESHOLD_PIXELS = 150;

/** What is let through in a period, how far that is used now, and how it came to be so. */
export function ThresholdsPage() {
  const { me, acting } = useSession();
  const { view, user } = useSearch({ from: '/thresholds' });
  if (!me.permissions.includes('thresholds.see')) return <NoRight page="Thresholds" what="thresholds" />;
  const isOperator = me.acting.kind === 'operator';
  return (
    <Stack gap="md" maw={1100}>
      <PageTitle title={view === 'limits' ? 'Limits of values' : 'Thresholds'} />
      <Group justify="space-between" align="flex-end" gap="sm">
        <div>
          <Title order={1}>Thresholds</Title>
          <Text c="dimmed">
            What goes out in a period without anybody looking; what is above is held. Only a file that an officer signed
            changes it.
          </Text>
        </div>
        <Group gap="xs">
          <ExportButton
            caller={{ acting }}
            {...(view === 'limits'
              ? { path: '/limits.csv', name: 'limits' }
              : { path: '/thresholds.csv', query: { userId: isOperator ? user : undefined }, name: 'thresholds' })}
          />
          {me.permissions.includes('submissions.change') ? (
            <Button
              renderRoot={(props) => (
                <Link to="/submissions/deliver" search={(search) => ({ for: search.for })} {...props} />
              )}
            >
              Check and deliver a file
            </Button>
          ) : null}
        </Group>
      </Group>
      <nav aria-label="Parts of this page">
        <Group gap="lg" className="penstock-tabs">
          <Link to="/thresholds" search={(search) => ({ ...search, view: undefined })} activeOptions={{ exact: true }}>
            Thresholds
          </Link>
          <Link to="/thresholds" search={(search) => ({ ...search, view: 'limits' as const })}>
            Limits of values
          </Link>
        </Group>
      </nav>
      {view === 'limits' ? <LimitList /> : <ThresholdList isOperator={isOperator} />}
    </Stack>
  );
}

function ThresholdList({ isOperator }: { isOperator: boolean }) {
  const { acting } = useSession();
  const { user, open } = useSearch({ from: '/thresholds' });
  const caller = { acting };
  const thresholds = useInfiniteQuery(thresholdsQuery(caller, isOperator ? user : undefined));
  const { fetchNextPage } = thresholds;
  const isToLoad = mayLoadMore(thresholds);
  useEffect(() => {
    // those nearest to their limit stand first, which only all of them tell: there are 1,000 of a User at most in force
    if (isToLoad) void fetchNextPage();
  }, [isToLoad, fetchNextPage]);
  const shown = byNeed(thresholds.data?.pages.flatMap((page) => page.items) ?? []);
  return (
    <>
      {isOperator ? <WhoseThresholds user={user} /> : null}
      {thresholds.isPending ? <Loading what="the thresholds" /> : null}
      <ListFailure list={thresholds} />
      {thresholds.isSuccess && shown.length === 0 ? (
        <Empty title="No thresholds are set.">
          Nothing is held by a count. They are set by an ADT File that an officer signed; what it has to say is in the
          guide to files.
        </Empty>
      ) : null}
      {thresholds.data === undefined || shown.length === 0 ? null : (
        <CardList
          label="Thresholds"
          list={{ ...thresholds, data: thresholds.data }}
          cards={shown}
          keyOf={({ thresholdId }) => thresholdId}
          cardPixels={THRESHOLD_PIXELS}
        >
          {(threshold) => (
            <ThresholdCard
              threshold={threshold}
              user={user}
              isOpen={threshold.thresholdId === open}
              now={thresholds.dataUpdatedAt}
            />
          )}
        </CardList>
      )}
      {thresholds.dataUpdatedAt === 0 ? null : (
        <Text size="sm" c="dimmed">
          As of <When at={new Date(thresholds.dataUpdatedAt).toISOString()} inline />
        </Text>
      )}
    </>
  );
}

const ALL = 'all';

/** The Operator's own thresholds hold the count of all Users together; a User's are looked at by its User ID. */
function WhoseThresholds({ user }: { user: string | undefined }) {
  const navigate = useNavigate();
  return (
    <Group align="flex-end" gap="md">
      <UserSelect
        label="Whose thresholds"
        w={360}
        maw="100%"
        allowDeselect={false}
        first={[{ value: ALL, label: 'Across all Users' }]}
        value={user ?? ALL}
        onChange={(value) =>
          void navigate({
            to: '/thresholds',
            search: (search) => ({
              ...search,
              user: value === ALL || value === null ? undefined : value,
              open: undefined,
            }),
          })
        }
      />
      {user === undefined ? null : (
        <Anchor
          pb={8}
          size="sm"
          renderRoot={(props) => <Link to="/quarantine" search={(search) => ({ for: search.for, user })} {...props} />}
        >
          What is held of this User
        </Anchor>
      )}
    </Group>
  );
}
