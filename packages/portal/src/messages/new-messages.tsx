import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Caller } from '../api/call.ts';
import { isAffected } from '../live/affected.ts';
import { useChanges } from '../live/live.tsx';
import { ShowNew } from '../shared/show-new.tsx';
import { MOST_NEW, newMessagesQuery } from './record.ts';
import type { MessageSearch } from './search.ts';

/**
 * The way to what came after the newest message that is shown. The list itself stands still, since somebody reads it. Of
 * one's own record it is counted; a User's, which the Operator reads with a reason, is not asked without being told to.
 */
export function NewMessages(props: {
  caller: Caller;
  search: MessageSearch;
  newest: string | undefined;
  isLoading: boolean;
  onShow: () => void;
}) {
  const { caller, search, newest, isLoading, onShow } = props;
  const isOwn = caller.reason === undefined;
  const { data: count } = useQuery({ ...newMessagesQuery(caller, search, newest), enabled: isOwn });
  const [hasChanged, setChanged] = useState(false);
  useChanges((changes) => {
    if (isAffected({ topics: ['messages'], userId: search.user }, changes)) setChanged(true);
  });
  return (
    <ShowNew
      what={['message', 'messages']}
      count={count}
      most={MOST_NEW}
      hasNew={isOwn ? count > 0 : hasChanged}
      isLoading={isLoading}
      onShow={onShow}
    />
  );
}
