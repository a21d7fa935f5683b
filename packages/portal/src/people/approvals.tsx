import { Button, Group, Text, VisuallyHidden } from '@mantine/core';
import { type ApprovalPage, approvalPageSchema, changedSchema } from '@penstock/api/schemas';
import { useState } from 'react';
import { roleWords, useSession } from '../session/me.ts';
import { ConfirmDialog, useChange } from '../shared/changing.tsx';
import { ListHead } from '../shared/list-head.tsx';
import { PagedTable, usePaged } from '../shared/paged.tsx';
import { When } from '../shared/when.tsx';
import { SecondAdministratorPanel } from './second-administrator.tsx';

type Approval = ApprovalPage['items'][number];
type Decision = 'approve' | 'refuse';

const kindWords: Readonly<Record<Approval['kind'], string>> = {
  invitation: 'Invite as',
  role: 'Give the role',
  reset: 'Reset the sign-in',
  policy: 'Want no second administrator',
};

function whatOf({ kind, role }: Approval): string {
  return role === undefined ? kindWords[kind] : `${kindWords[kind]} ${roleWords[role]}`;
}

/** What an administrator asked for and another one approves or refuses; whether a second one is wanted at all. */
export function Approvals() {
  const { me } = useSession();
  const approvals = usePaged<Approval, typeof approvalPageSchema>('approvals', approvalPageSchema, '/people/approvals');
  const [chosen, setChosen] = useState<{ approval: Approval; decision: Decision }>();
  const mayChange = me.permissions.includes('people.change');
  return (
    <>
      <SecondAdministratorPanel />
      <ListHead path="/people/approvals" />
      <PagedTable
        list={approvals}
        label="Waiting for a second administrator"
        empty={<Text fw={650}>Nothing waits for a second administrator.</Text>}
        columns={[
          ['What', 1.3],
          ['Whom', 1.4],
          ['Asked by', 1.3],
          ['Asked', 1.2],
          ['Good until', 1.2],
          ...(mayChange ? [['Decide', 1.2] as const] : []),
        ]}
        keyOf={({ approvalId }) => approvalId}
      >
        {(one) =>
          [
            <div key="what">
              {whatOf(one)}
              <Text size="sm" c="dimmed">
                {one.acting === 'operator' ? 'of the Operator' : one.acting}
              </Text>
            </div>,
            one.kind === 'policy' ? (
              ''
            ) : (
              <div key="whom">
                <Text fw={600}>{one.name}</Text>
                <Text size="sm" c="dimmed">
                  {one.email}
                </Text>
              </div>
            ),
            one.askedBy === me.person.email ? 'you' : one.askedBy,
            <When key="asked" at={one.askedAt} inline />,
            <When key="until" at={one.expiresAt} inline />,
            <Decide key="decide" approval={one} onChoose={(decision) => setChosen({ approval: one, decision })} />,
          ].slice(0, mayChange ? 6 : 5)
        }
      </PagedTable>
      {chosen === undefined ? null : <DecideDialog {...chosen} onClose={() => setChosen(undefined)} />}
    </>
  );
}

/** Whoever asked takes it back; whom it is about may refuse it; others may approve it, too. */
function Decide({ approval, onChoose }: { approval: Approval; onChoose: (decision: Decision) => void }) {
  const { me } = useSession();
  const isOwn = approval.askedBy === me.person.email;
  const isAboutMe = approval.email === me.person.email;
  const about = approval.kind === 'policy' ? whatOf(approval) : approval.name;
  return (
    <Group gap="xs">
      {isOwn || isAboutMe ? null : (
        <Button size="xs" onClick={() => onChoose('approve')}>
          Approve<VisuallyHidden>: {about}</VisuallyHidden>
        </Button>
      )}
      <Button size="xs" variant="default" onClick={() => onChoose('refuse')}>
        {isOwn ? 'Take it back' : 'Refuse'}
        <VisuallyHidden>: {about}</VisuallyHidden>
      </Button>
    </Group>
  );
}

const effects: Readonly<Record<Approval['kind'], string>> = {
  invitation: 'The link that was made is good from then on. Make sure that the address is the person’s.',
  role: 'It has the role from the next call on.',
  reset:
    'Password, authenticator, passkeys and sessions are gone at once, and whoever has the link sets new ones. Make sure that the person asked for it.',
  policy: 'From then on each administrator gives access alone.',
};

function DecideDialog(props: { approval: Approval; decision: Decision; onClose: () => void }) {
  const { approval, decision, onClose } = props;
  const { me } = useSession();
  const deciding = useChange(changedSchema, [
    'approvals',
    'people',
    'invitations',
    'activity',
    'second-administrator',
    'overview',
  ]);
  const isOwn = approval.askedBy === me.person.email;
  const verb = decision === 'approve' ? 'Approve' : isOwn ? 'Take it back' : 'Refuse';
  async function decide() {
    const done = await deciding.change(`/people/approvals/${approval.approvalId}`, {
      method: 'POST',
      body: { decision },
    });
    if (done !== undefined) onClose();
  }
  return (
    <ConfirmDialog
      title={decision === 'approve' ? 'Approve it?' : isOwn ? 'Take it back?' : 'Refuse it?'}
      confirm={verb}
      isPlain={decision === 'approve'}
      changing={deciding}
      onConfirm={() => void decide()}
      onClose={onClose}
    >
      <Text fw={600}>
        {whatOf(approval)}
        {approval.kind === 'policy' ? '' : `: ${approval.name}, ${approval.email}`}
      </Text>
      <Text>
        Asked by {isOwn ? 'you' : approval.askedBy}.{' '}
        {decision === 'approve' ? effects[approval.kind] : 'Nothing changes, and a link that was made is void.'}
      </Text>
    </ConfirmDialog>
  );
}
