import { Button, Text, VisuallyHidden } from '@mantine/core';
import { type UserIdDocument, userIdPageSchema } from '@penstock/api/schemas';
import { useState } from 'react';
import { useSession } from '../session/me.ts';
import { useFind } from '../shared/find-box.tsx';
import { ListHead } from '../shared/list-head.tsx';
import { PagedTable, usePaged } from '../shared/paged.tsx';
import { rolesNow } from './roles.ts';
import { UserIdDialog } from './user-id-dialog.tsx';

export function UserIds() {
  const { me } = useSession();
  const [open, setOpen] = useState<UserIdDocument | 'new'>();
  const find = useFind();
  const users = usePaged<UserIdDocument, typeof userIdPageSchema>('user-ids', userIdPageSchema, '/user-ids', { find });
  const mayChange = me.permissions.includes('directory.change');
  return (
    <>
      <ListHead find="Find a User ID" by="By itself or its Party" path="/user-ids">
        {mayChange ? <Button onClick={() => setOpen('new')}>Add a User ID</Button> : null}
      </ListHead>
      <PagedTable
        list={users}
        label="User IDs"
        find={find}
        empty={<Text fw={650}>There are no User IDs yet.</Text>}
        columns={[
          ['User ID', 1.4],
          ['Party', 1.3],
          'Roles now',
          ['Takes messages', 1.3],
          'Status',
          ...(mayChange ? ['Change'] : []),
        ]}
        keyOf={({ userId }) => userId}
      >
        {(user) =>
          [
            <span key="id" className="penstock-identifier">
              {user.userId}
            </span>,
            <div key="party">
              {user.partyName}
              <Text size="sm" c="dimmed" className="penstock-identifier">
                {user.partyId}
              </Text>
            </div>,
            rolesNow(user, Date.now()).join(', ') || 'none',
            <div key="delivery">
              {user.delivery === 'push' ? 'pushed to it' : 'by asking'}
              <Text size="sm" c="dimmed" className="penstock-identifier">
                {user.receiveUrl}
              </Text>
            </div>,
            <span
              key="status"
              className={`penstock-outcome penstock-outcome-${user.status === 'active' ? 'passed' : 'warned'}`}
            >
              {user.status === 'active' ? 'Active' : 'Suspended'}
            </span>,
            <Button key="change" size="xs" variant="default" onClick={() => setOpen(user)}>
              Change<VisuallyHidden> {user.userId}</VisuallyHidden>
            </Button>,
          ].slice(0, mayChange ? 6 : 5)
        }
      </PagedTable>
      {open === undefined ? null : (
        <UserIdDialog user={open === 'new' ? undefined : open} onClose={() => setOpen(undefined)} />
      )}
    </>
  );
}
