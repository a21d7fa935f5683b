import { Button, Text, VisuallyHidden } from '@mantine/core';
import { changedSchema, type InvitationPage, invitationPageSchema } from '@penstock/api/schemas';
import { roleWords, useSession } from '../session/me.ts';
import { useChange } from '../shared/changing.tsx';
import { ListHead } from '../shared/list-head.tsx';
import { PagedTable, usePaged } from '../shared/paged.tsx';
import { UserName } from '../shared/user-name.tsx';
import { When } from '../shared/when.tsx';

type Invitation = InvitationPage['items'][number];

/** Links that nobody has taken yet; one that was lost is withdrawn, and another made. */
export function Invitations() {
  const { me } = useSession();
  const invitations = usePaged<Invitation, typeof invitationPageSchema>(
    'invitations',
    invitationPageSchema,
    '/people/invitations',
  );
  const withdrawing = useChange(changedSchema, ['invitations', 'activity']);
  const mayChange = me.permissions.includes('people.change');
  return (
    <>
      {withdrawing.summary}
      <ListHead path="/people/invitations" />
      <PagedTable
        list={invitations}
        label="Open invitations"
        empty={<Text fw={650}>No invitation is open.</Text>}
        columns={[['Whom', 1.4], ['Role', 1.7], ['Made', 1.3], ['Good until', 1.3], ...(mayChange ? ['Change'] : [])]}
        keyOf={({ invitationId }) => invitationId}
      >
        {(one) =>
          [
            <div key="whom">
              <Text fw={600}>{one.name}</Text>
              <Text size="sm" c="dimmed">
                {one.email}
              </Text>
            </div>,
            <span key="role">
              {roleWords[one.role]}{' '}
              <Text span size="sm" c="dimmed">
                of {one.acting === 'operator' ? 'the Operator' : <UserName userId={one.acting} inline />}
              </Text>
            </span>,
            <When key="made" at={one.madeAt} inline />,
            <When key="until" at={one.expiresAt} inline />,
            <Button
              key="withdraw"
              size="xs"
              variant="default"
              onClick={() => void withdrawing.change(`/people/invitations/${one.invitationId}`, { method: 'DELETE' })}
            >
              Withdraw<VisuallyHidden> the invitation of {one.name}</VisuallyHidden>
            </Button>,
          ].slice(0, mayChange ? 5 : 4)
        }
      </PagedTable>
    </>
  );
}
