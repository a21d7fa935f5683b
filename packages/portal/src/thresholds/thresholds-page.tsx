import { Anchor, Button, Group, Select, Stack, Text, Title } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { usersQuery } from '../messages/record.ts';
import { useSession } from '../session/me.ts';
import { ExportButton } from '../shared/export-button.tsx';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { PageTitle } from '../shared/page-title.tsx';
import { Empty, Loading, NoRight } from '../shared/states.tsx';
import { When } from '../shared/when.tsx';
import { LimitList } from './limit-list.tsx';
import { thresholdsQuery } from './queries.ts';
import { ThresholdCard } from './threshold-card.tsx';
import { byNeed } from './words.ts';

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
  const shown = byNeed(thresholds.data?.pages.flatMap((page) => page.items) ?? []);
  return (
    <>
      {isOperator ? <WhoseThresholds user={user} /> : null}
      {thresholds.isPending ? <Loading what="the thresholds" /> : null}
      {thresholds.isError ? (
        <FailureSummary words={wordsOf(thresholds.error)} onRetry={() => void thresholds.refetch()} />
      ) : null}
      {thresholds.isSuccess && shown.length === 0 ? (
        <Empty title="No thresholds are set.">
          Nothing is held by a count. They are set by an ADT File that an officer signed; what it has to say is in the
          guide to files.
        </Empty>
      ) : null}
      {shown.map((threshold) => (
        <ThresholdCard
          key={threshold.thresholdId}
          threshold={threshold}
          user={user}
          isOpen={threshold.thresholdId === open}
          now={thresholds.dataUpdatedAt}
        />
      ))}
      {thresholds.hasNextPage ? (
        <div>
          <Button
            variant="default"
            loading={thresholds.isFetchingNextPage}
            onClick={() => void thresholds.fetchNextPage()}
          >
            Show more thresholds
          </Button>
        </div>
      ) : null}
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
  const { acting } = useSession();
  const navigate = useNavigate();
  const users = useQuery(usersQuery({ acting }));
  const choices = (users.data?.items ?? [])
    .filter(({ roles }) => roles.every(({ role }) => role !== 'OPERATOR'))
    .map(({ userId, partyName }) => ({ value: userId, label: `${userId} (${partyName})` }));
  return (
    <Group align="flex-end" gap="md">
      <Select
        label="Whose thresholds"
        w={360}
        maw="100%"
        searchable
        allowDeselect={false}
        data={[{ value: ALL, label: 'Across all Users' }, ...choices]}
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
