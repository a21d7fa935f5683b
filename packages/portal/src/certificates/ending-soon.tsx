import { List, Paper, Text } from '@mantine/core';
import { useState } from 'react';
import type { z } from 'zod';
import { type ListName, usePaged } from '../shared/paged.tsx';
import { UserName } from '../shared/user-name.tsx';
import { When } from '../shared/when.tsx';
import { standingOf, warnedBefore } from './standing.ts';

interface Ending {
  readonly userId: string;
  readonly serial: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly name?: string;
}

/** What is enough to be read; the list below has all. */
const SHOWN = 8;

/** What expires soon or has expired, without being revoked; nothing where all is well. */
export function EndingSoon(props: {
  name: ListName;
  schema: z.ZodType<{ readonly items: readonly Ending[]; readonly cursor?: string | undefined }>;
  path: string;
}) {
  // one instant for as long as the page stands: it is part of the question
  const [now] = useState(() => Date.now());
  const ending = usePaged<Ending, typeof props.schema>(props.name, props.schema, props.path, {
    expiresBefore: warnedBefore(now),
  });
  const items = ending.data?.pages.flatMap((page) => page.items) ?? [];
  if (items.length === 0) return null;
  const count = `${items.length.toLocaleString('en-GB')}${ending.hasNextPage ? ' or more' : ''}`;
  return (
    <Paper role="note" withBorder p="md" className="penstock-panel penstock-notice">
      <Text fw={650}>{count} to be renewed</Text>
      <List size="sm">
        {items
          .toSorted((one, other) => one.notAfter.localeCompare(other.notAfter))
          .slice(0, SHOWN)
          .map(({ userId, serial, name, ...dates }) => (
            <List.Item key={`${userId} ${serial}`}>
              <b>{standingOf(dates, now).word}</b>: {name === undefined ? '' : `${name}, `}
              <UserName userId={userId} inline />, <When at={dates.notAfter} inline />
            </List.Item>
          ))}
      </List>
      {items.length > SHOWN ? <Text size="sm">and others in the list below.</Text> : null}
    </Paper>
  );
}
