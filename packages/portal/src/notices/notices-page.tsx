import { Button, Group, Select, Stack, Text, Title } from '@mantine/core';
import { changedSchema, MOST_UNREAD_COUNTED, noticeKinds } from '@penstock/api/schemas';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useRef } from 'react';
import { UserIdSelect } from '../directory/user-select.tsx';
import { useSession } from '../session/me.ts';
import { useChange } from '../shared/changing.tsx';
import { ExportButton } from '../shared/export-button.tsx';
import { ListFailure } from '../shared/more-rows.tsx';
import { PageTitle } from '../shared/page-title.tsx';
import { Empty, Loading, NoRight } from '../shared/states.tsx';
import { NoticeList } from './notice-list.tsx';
import { noticeQueryOf, noticesQuery } from './queries.ts';
import type { NoticeSearch } from './search.ts';
import { kindWords, unreadWords } from './words.ts';

const views = [
  [undefined, 'Unread'],
  ['all', 'All'],
] as const;

/** What the platform tells a User, for each person to read and to mark as read. */
export function NoticesPage() {
  const { me } = useSession();
  const search = useSearch({ from: '/notices' });
  const navigate = useNavigate({ from: '/notices' });
  const isOperator = me.acting.kind === 'operator';
  if (!me.permissions.includes('quarantine.see')) return <NoRight page="Notices" what="notices" />;
  const user = isOperator ? search.user : undefined;
  const change = (fields: Partial<NoticeSearch>) =>
    void navigate({ search: (before) => ({ ...before, ...fields }), replace: true });
  return (
    <Stack gap="md" maw={900}>
      <PageTitle title="Notices" />
      <div>
        <Title order={1}>Notices</Title>
        <Text c="dimmed">
          {isOperator
            ? 'What a User is told. What you mark as read is read for you alone.'
            : 'What you are told of held messages, thresholds, files, ways, changes and incidents. What you mark as read is read for you alone.'}
        </Text>
      </div>
      <Group gap="md" align="flex-end">
        {isOperator ? (
          <UserIdSelect
            id="notices-user"
            error={undefined}
            value={search.user ?? null}
            onChange={(chosen) => change({ user: chosen ?? undefined })}
          />
        ) : null}
        <Select
          label="About"
          openOnFocus={false}
          allowDeselect={false}
          data={[
            { value: '', label: 'Everything' },
            ...noticeKinds.map((kind) => ({ value: kind, label: kindWords[kind] })),
          ]}
          value={search.kind ?? ''}
          onChange={(kind) => change({ kind: noticeKinds.find((one) => one === kind) })}
        />
      </Group>
      <nav aria-label="Which notices">
        <Group gap="lg" className="penstock-tabs">
          {views.map(([show, words]) => (
            <Link
              key={words}
              to="/notices"
              search={({ for: acting, user: whose }) => ({ for: acting, user: whose, kind: search.kind, show })}
              className={show === search.show ? 'active' : ''}
              activeProps={{ className: '' }}
              aria-current={show === search.show ? 'true' : undefined}
            >
              {words}
            </Link>
          ))}
        </Group>
      </nav>
      {isOperator && user === undefined ? (
        <Empty title="Choose a User ID.">Notices are written for each User by itself.</Empty>
      ) : (
        <Notices search={{ ...search, user }} />
      )}
    </Stack>
  );
}

function Notices({ search }: { search: NoticeSearch }) {
  const { acting } = useSession();
  const list = useRef<HTMLDivElement>(null);
  const notices = useInfiniteQuery(noticesQuery({ acting }, search));
  const reading = useChange(changedSchema, ['notices']);
  if (notices.isPending) return <Loading what="the notices" />;
  if (notices.data === undefined) return <ListFailure list={notices} />;
  const items = notices.data.pages.flatMap((page) => page.items);
  const unread = notices.data.pages[0]?.unread ?? 0;
  const [newest] = items;

  async function read(which: { readonly notices?: string[]; readonly until?: string }) {
    const body = { userId: search.user, ...which };
    const done = await reading.change('/notices/read', { method: 'POST', body });
    // the button that was pressed is gone
    if (done !== undefined) list.current?.focus();
  }

  return (
    <Stack gap="md" ref={list} tabIndex={-1} className="penstock-main">
      <Group justify="space-between" gap="sm">
        <Text role="status" mr="auto">
          {unreadWords(unread, MOST_UNREAD_COUNTED)}
        </Text>
        <ExportButton caller={{ acting }} path="/notices.csv" query={noticeQueryOf(search)} name="notices" />
        {unread === 0 || newest === undefined || search.kind !== undefined ? null : (
          <Button variant="default" loading={reading.isPending} onClick={() => void read({ until: newest.notice })}>
            Mark all as read
          </Button>
        )}
      </Group>
      <ListFailure list={notices} />
      {reading.summary}
      {items.length === 0 ? <None search={search} /> : null}
      {items.length === 0 ? null : (
        <NoticeList list={notices} user={search.user} onRead={({ notice }) => void read({ notices: [notice] })} />
      )}
    </Stack>
  );
}

function None({ search: { show, kind } }: { search: NoticeSearch }) {
  const about = kind === undefined ? '' : ` about “${kindWords[kind]}”`;
  return show === 'all' ? (
    <Empty title={`There is no notice${about} yet.`}>What you are told stands here at once.</Empty>
  ) : (
    <Empty title={`You have read every notice${about}.`}>
      A new one stands here at once; those before are under “All”.
    </Empty>
  );
}
