import { Badge } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useSession } from '../session/me.ts';
import { unreadQuery } from './queries.ts';
import { badgeOf } from './words.ts';

/** How many notices are unread, beside the name of their page; nothing where none is, or nobody can say. */
export function UnreadMark() {
  const { acting } = useSession();
  const unread = useQuery(unreadQuery({ acting }));
  if (unread.data === undefined || unread.data === 0) return null;
  return (
    <Badge size="sm" circle={unread.data < 10} aria-label={`${badgeOf(unread.data)} unread`}>
      {badgeOf(unread.data)}
    </Badge>
  );
}
