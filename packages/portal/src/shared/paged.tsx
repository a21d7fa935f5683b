import { Paper } from '@mantine/core';
import type { EventTopic } from '@penstock/api/schemas';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ComponentProps, ReactNode } from 'react';
import type { z } from 'zod';
import { ask, type Query } from '../api/call.ts';
import { useSession } from '../session/me.ts';
import { EntryTable } from './entry-table.tsx';
import { ListFailure } from './more-rows.tsx';
import { Empty, Loading } from './states.tsx';

/** What the API gives at most. */
const PAGE_ROWS = 200;

interface PageOf<Item> {
  readonly items: readonly Item[];
  readonly cursor?: string | undefined;
}

/** The lists that are shown so, each with the events that have it asked again. */
const topicsOf = {
  people: ['people'],
  invitations: ['people'],
  approvals: ['people'],
  activity: ['people'],
  readings: ['readings'],
  looks: ['looks'],
  // each page that is asked for is recorded: only a change of access has it asked again
  erratic: ['directory', 'devices'],
  exports: ['exports'],
  questions: ['questions'],
  certificates: ['directory'],
  officers: ['officers'],
  'ssh-keys': ['ssh-keys'],
  'email-recipients': ['directory'],
  readiness: ['ways', 'submissions', 'ssh-keys'],
  outages: ['ways'],
  reports: ['ways'],
  versions: ['ways'],
  'webhook-deliveries': ['notices'],
  parties: ['directory'],
  'user-ids': ['directory'],
  incidents: ['incidents'],
  'incident-updates': ['incidents'],
  'status-history': ['status'],
  changes: ['changes'],
  'change-history': ['changes'],
  'change-uses': ['changes'],
  'change-calendar': ['changes'],
  'change-comments': ['changes'],
} as const satisfies Readonly<Record<string, readonly EventTopic[]>>;
export type ListName = keyof typeof topicsOf;

/** A list of the API that is paged by key, as the one who acts. `name` is what a change names to have it asked again. */
export function usePaged<Item, Schema extends z.ZodType<PageOf<Item>>>(
  name: ListName,
  schema: Schema & z.ZodType<PageOf<Item>>,
  path: string,
  query: Query = {},
  /** Where the Operator's people ask for what is a User's own. */
  reason?: string,
) {
  const { acting } = useSession();
  return useInfiniteQuery({
    queryKey: [name, acting, path, query],
    queryFn: ({ pageParam, signal }): Promise<PageOf<Item>> =>
      ask(schema, path, {
        caller: { acting, reason },
        query: { limit: PAGE_ROWS, ...query, cursor: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.cursor,
    meta: { live: { topics: topicsOf[name] } },
  });
}
export type Paged<Item> = ReturnType<typeof usePaged<Item, z.ZodType<PageOf<Item>>>>;

/** A table of such a list with all that it can be: loading, failed, empty, with more to come. */
export function PagedTable<Item>(
  props: Omit<ComponentProps<typeof EntryTable<Item>>, 'list'> & {
    list: Paged<Item>;
    /** What the list is narrowed to. */
    find?: string | undefined;
    empty: ReactNode;
  },
) {
  const { list, find, empty, ...table } = props;
  const { label } = table;
  if (list.isPending) return <Loading what={label.toLowerCase()} />;
  if (list.data === undefined) return <ListFailure list={list} />;
  const isEmpty = list.data.pages.every((page) => page.items.length === 0);
  if (isEmpty && find !== undefined) {
    return <Empty title={`Nothing is found by ‘${find}’.`}>A part of what the list shows is enough.</Empty>;
  }
  if (isEmpty) {
    return (
      <Paper withBorder p="xl" className="penstock-panel">
        {empty}
      </Paper>
    );
  }
  return (
    <>
      <ListFailure list={list} />
      <EntryTable {...table} list={{ ...list, data: list.data }} />
    </>
  );
}
