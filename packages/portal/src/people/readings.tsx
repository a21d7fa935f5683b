import { Text } from '@mantine/core';
import { type ReadingPage, readingPageSchema } from '@penstock/api/schemas';
import { roleWords } from '../session/me.ts';
import { useFind } from '../shared/find-box.tsx';
import { ListHead } from '../shared/list-head.tsx';
import { PagedTable, usePaged } from '../shared/paged.tsx';
import { UserName } from '../shared/user-name.tsx';
import { When } from '../shared/when.tsx';

type Reading = ReadingPage['items'][number];

/** When somebody of the Operator read a User's own record, and why. */
export function Readings() {
  const find = useFind();
  const readings = usePaged<Reading, typeof readingPageSchema>('readings', readingPageSchema, '/record-readings', {
    find,
  });
  return (
    <>
      <ListHead find="Find a reading" by="By address, User ID, Party or reason" path="/record-readings" />
      <PagedTable
        list={readings}
        label="Who read a record"
        find={find}
        empty={<Text fw={650}>Nobody of the Operator has read a record.</Text>}
        columns={[
          ['Time', 1.2],
          ['Who', 1.5],
          ['Whose record', 1.4],
          ['Why', 1.5],
          ['What', 1.3],
        ]}
        keyOf={(one) => `${one.userId} ${one.readingId}`}
      >
        {({ readAt, email, role, userId, reason, what }) => [
          <When key="at" at={readAt} inline />,
          <div key="who">
            {email}
            <Text size="sm" c="dimmed">
              {roleWords[role]}
            </Text>
          </div>,
          <UserName key="whose" userId={userId} />,
          reason,
          what,
        ]}
      </PagedTable>
    </>
  );
}
