import { Button, Divider, Group, Text } from '@mantine/core';
import { askedSchema, linkSchema, type MadeLink, type PersonRole } from '@penstock/api/schemas';
import { useState } from 'react';
import { useSession } from '../session/me.ts';
import { ConfirmDialog, useChange } from '../shared/changing.tsx';
import { Dialog } from '../shared/dialog.tsx';
import { LinkDialog } from './invite-dialog.tsx';
import type { Person } from './person.ts';
import { ActingSelect, RoleSelect } from './role-select.tsx';

type Ending = 'suspend' | 'withdraw' | 'reset' | 'role';

const endings: Readonly<Record<Ending, { title: string; words: string; confirm: string }>> = {
  role: {
    title: 'Take the role away?',
    words: 'What it gave ends with the next call, in open sessions too.',
    confirm: 'Take the role away',
  },
  suspend: {
    title: 'Suspend this person?',
    words: 'All its sessions end at once, for everybody that it acts for. You can let it in again.',
    confirm: 'Suspend',
  },
  withdraw: {
    title: 'Withdraw this person?',
    words: 'It has left: all its sessions end at once. Its name stays in the record of what it did.',
    confirm: 'Withdraw',
  },
  reset: {
    title: 'Reset the sign-in?',
    words:
      'Password, authenticator, passkeys and sessions are gone at once, or when another administrator has approved it. You get a link by which new ones are set.',
    confirm: 'Reset',
  },
};

/** What an administrator may do about a person. */
export function PersonDialog({ person, onClose }: { person: Person; onClose: () => void }) {
  const { acting: ours, me } = useSession();
  const isOperators = person.statusBy === 'operator' && me.acting.kind !== 'operator';
  const [acting, setActing] = useState(person.roles[0]?.acting ?? ours);
  const held = person.roles.find((one) => one.acting === acting)?.role ?? null;
  const [role, setRole] = useState<PersonRole | null>(held);
  const [ending, setEnding] = useState<Ending>();
  const [link, setLink] = useState<MadeLink>();
  const [awaits, setAwaits] = useState(false);
  const changing = useChange(askedSchema, ['people', 'activity', 'approvals']);
  const resetting = useChange(linkSchema, ['people', 'activity', 'approvals']);
  const path = `/people/${person.personId}`;

  async function end() {
    if (ending === 'reset') {
      const made = await resetting.change(`${path}/reset`, { method: 'POST' });
      if (made !== undefined) setLink(made);
      return;
    }
    const done =
      ending === 'role'
        ? await changing.change(`${path}/roles`, { method: 'PUT', body: { acting, role: null } })
        : await changeStatus(ending === 'suspend' ? 'suspended' : 'withdrawn');
    if (done !== undefined) onClose();
  }
  const changeStatus = (status: Person['status']) => changing.change(path, { method: 'PUT', body: { status } });
  async function give() {
    const done = await changing.change(`${path}/roles`, { method: 'PUT', body: { acting, role } });
    if (done?.awaitsApproval === true) setAwaits(true);
    else if (done !== undefined) onClose();
  }
  async function letIn() {
    if ((await changeStatus('active')) !== undefined) onClose();
  }
  function choose(next: string) {
    setActing(next);
    setRole(person.roles.find((one) => one.acting === next)?.role ?? null);
  }

  if (link !== undefined) return <LinkDialog title="Reset" {...link} email={person.email} onClose={onClose} />;
  if (ending !== undefined) {
    return (
      <ConfirmDialog
        {...endings[ending]}
        changing={ending === 'reset' ? resetting : changing}
        onConfirm={() => void end()}
        onClose={() => setEnding(undefined)}
      >
        {person.name}, {person.email}. {endings[ending].words}
      </ConfirmDialog>
    );
  }
  return (
    <Dialog title={person.name} size="lg" onClose={onClose}>
      <Text c="dimmed">{person.email}</Text>
      {changing.summary}
      {awaits ? (
        <Text role="status" fw={650}>
          The role waits for another administrator, who sees it under Approvals.
        </Text>
      ) : null}
      <ActingSelect value={acting} onChange={choose} />
      <RoleSelect acting={acting} value={role} onChange={setRole} />
      <Group gap="sm">
        <Button disabled={role === null || role === held} loading={changing.isPending} onClick={() => void give()}>
          Give this role
        </Button>
        {held === null ? null : (
          <Button variant="default" onClick={() => setEnding('role')}>
            Take the role away
          </Button>
        )}
      </Group>
      <Divider />
      {isOperators ? (
        <Text>The Operator ended this access, and only the Operator lets the person in again.</Text>
      ) : null}
      <Group gap="sm">
        {person.status === 'active' ? (
          <>
            <Button variant="default" onClick={() => setEnding('reset')}>
              Reset the sign-in
            </Button>
            <Button variant="default" onClick={() => setEnding('suspend')}>
              Suspend
            </Button>
          </>
        ) : isOperators ? null : (
          <Button variant="default" loading={changing.isPending} onClick={() => void letIn()}>
            Let in again
          </Button>
        )}
        {person.status === 'withdrawn' || isOperators ? null : (
          <Button variant="default" onClick={() => setEnding('withdraw')}>
            Withdraw
          </Button>
        )}
      </Group>
      <div>
        <Button variant="subtle" onClick={onClose}>
          Close
        </Button>
      </div>
    </Dialog>
  );
}
