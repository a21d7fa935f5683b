import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { usersQuery } from '../messages/record.ts';
import { useSession } from '../session/me.ts';

/** One of the User IDs that there are, the Operator's own among them. */
export function UserIdSelect(props: {
  id: string;
  error: string | undefined;
  value: string | null;
  onChange: (userId: string | null) => void;
}) {
  const { acting } = useSession();
  const users = useQuery(usersQuery({ acting }));
  return (
    <Select
      id={props.id}
      error={props.error}
      label="User ID"
      required
      withAsterisk={false}
      searchable
      openOnFocus={false}
      data={(users.data?.items ?? []).map(({ userId, partyName, roles }) => ({
        value: userId,
        label: `${userId} (${partyName}, ${roles.map(({ role }) => role).join(' ')})`,
      }))}
      nothingFoundMessage={users.isPending ? 'Loading ...' : 'No such User ID'}
      value={props.value}
      onChange={props.onChange}
    />
  );
}
