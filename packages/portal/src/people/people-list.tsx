import { Button, Group, Text, VisuallyHidden } from '@mantine/core';
import { personPageSchema } from '@penstock/api/schemas';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { roleWords, useSession } from '../session/me.ts';
import { useFind } from '../shared/find-box.tsx';
import { ListHead } from '../shared/list-head.tsx';
import { PagedTable, usePaged } from '../shared/paged.tsx';
import { UserName } from '../shared/user-name.tsx';
import { When } from '../shared/when.tsx';
import { InviteDialog } from './invite-dialog.tsx';
import { type Person, statusWords } from './person.ts';
import { PersonDialog } from './person-dialog.tsx';

const statusMarks = { active: 'passed', suspended: 'warned', withdrawn: 'refused' } as const;

/** People with their roles; whoever administers opens one to change it, which stands in the address. */
export function PeopleList() {
  const { me } = useSession();
  const { person: openId } = useSearch({ from: '/people' });
  const navigate = useNavigate();
  const find = useFind();
  const people = usePaged<Person, typeof personPageSchema>('people', personPageSchema, '/people', { find });
  const mayChange = me.permissions.includes('people.change');
  const open = (person: string | undefined) =>
    void navigate({ to: '/people', search: (search) => ({ ...search, person }), replace: true });
  const found = people.data?.pages.flatMap((page) => page.items).find(({ personId }) => personId === openId);
  return (
    <>
      <ListHead find="Find a person" by="By name, address, role, User ID or Party" path="/people">
        {mayChange ? <Button onClick={() => open('new')}>Invite somebody</Button> : null}
      </ListHead>
      <PagedTable
        list={people}
        label="People"
        find={find}
        empty={<Text fw={650}>Nobody acts here yet. Invite somebody.</Text>}
        columns={[['Name', 1.4], ['Role', 1.7], 'Status', ['Last signed in', 1.3], ...(mayChange ? ['Change'] : [])]}
        keyOf={({ personId }) => personId}
      >
        {(person) =>
          [
            <div key="name">
              <Text fw={600}>{person.name}</Text>
              <Text size="sm" c="dimmed">
                {person.email}
              </Text>
            </div>,
            <Roles key="role" person={person} />,
            <div key="status">
              <span className={`penstock-outcome penstock-outcome-${statusMarks[person.status]}`}>
                {statusWords[person.status]}
              </span>
              {person.isEnrolled ? null : (
                <Text size="sm" c="dimmed">
                  no second factor yet
                </Text>
              )}
            </div>,
            person.signedInAt === undefined ? 'never' : <When key="at" at={person.signedInAt} inline />,
            mayChange && person.personId !== me.person.id ? (
              <Button key="change" size="xs" variant="default" onClick={() => open(person.personId)}>
                Change<VisuallyHidden> {person.name}</VisuallyHidden>
              </Button>
            ) : (
              <Text key="you" size="sm" c="dimmed">
                {mayChange ? 'you' : ''}
              </Text>
            ),
          ].slice(0, mayChange ? 5 : 4)
        }
      </PagedTable>
      {mayChange && openId === 'new' ? <InviteDialog onClose={() => open(undefined)} /> : null}
      {mayChange && found !== undefined ? <PersonDialog person={found} onClose={() => open(undefined)} /> : null}
    </>
  );
}

function Roles({ person }: { person: Person }) {
  const { me } = useSession();
  return (
    <Group gap={4} component="span" display="grid">
      {person.roles.map(({ acting, role }) => (
        <span key={acting}>
          {roleWords[role]}
          {me.acting.kind === 'operator' ? (
            <Text span size="sm" c="dimmed">
              {' '}
              of {acting === 'operator' ? 'the Operator' : <UserName userId={acting} inline />}
            </Text>
          ) : null}
        </span>
      ))}
      {person.roles.length === 0 ? 'none' : null}
    </Group>
  );
}
