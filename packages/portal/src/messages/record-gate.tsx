import { Anchor, Button, Paper, Select, Text, Textarea, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { Caller } from '../api/call.ts';
import { useSession } from '../session/me.ts';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { missing } from '../shared/faults.ts';
import { Form, useChecked } from '../shared/form.tsx';
import { NoRight } from '../shared/states.tsx';
import { UserName } from '../shared/user-name.tsx';
import { forgetReason, keepReason, LONGEST_REASON, reasonFault, reasonFor } from './reason.ts';
import { usersQuery } from './record.ts';
import type { MessageSearch } from './search.ts';

/**
 * Lets a page read a record, as the caller that may. A User reads its own at once. The Operator's people name the User
 * and say why; the reason is sent with every call, kept for this tab only, and shown while it holds.
 */
export function RecordGate(props: { search: MessageSearch; children: (caller: Caller) => ReactNode }) {
  const { me, acting } = useSession();
  const { user } = props.search;
  const [, setGiven] = useState(0);
  if (!me.permissions.includes('record.see')) return <NoRight page="Messages" what="the records of messages" />;
  if (me.acting.kind === 'user') return props.children({ acting });
  const reason = user === undefined ? undefined : reasonFor(user);
  if (user === undefined || reason === undefined) {
    return <ReasonForm caller={{ acting }} user={user} onGiven={() => setGiven((count) => count + 1)} />;
  }
  return (
    <>
      <ReasonShown user={user} reason={reason} onEnd={() => setGiven((count) => count + 1)} />
      {props.children({ acting, reason })}
    </>
  );
}

function ReasonShown({ user, reason, onEnd }: { user: string; reason: string; onEnd: () => void }) {
  const navigate = useNavigate();
  function end() {
    forgetReason(user);
    onEnd();
    void navigate({ to: '/messages', search: ({ for: acting }) => ({ for: acting }) });
  }
  return (
    <Paper withBorder px="md" py="xs" mb="md" className="penstock-panel" role="note">
      <Text size="sm">
        You read the record of{' '}
        <b>
          <UserName userId={user} inline />
        </b>{' '}
        because: {reason} This is recorded, and its administrator can see it.{' '}
        <Anchor component="button" type="button" size="sm" onClick={end}>
          Stop reading it
        </Anchor>
      </Text>
    </Paper>
  );
}

function ReasonForm(props: { caller: Caller; user: string | undefined; onGiven: () => void }) {
  const navigate = useNavigate();
  const users = useQuery(usersQuery(props.caller));
  const [user, setUser] = useState(props.user ?? null);
  const [reason, setReason] = useState('');
  const checked = useChecked({ user: missing(user, 'Choose the User ID.'), reason: reasonFault(reason) }, open);

  function open() {
    if (user === null) return;
    keepReason(user, reason.trim());
    props.onGiven();
    void navigate({ to: '.', search: (search: object) => ({ ...search, user }) });
  }

  if (users.isError) return <FailureSummary words={wordsOf(users.error)} onRetry={() => void users.refetch()} />;
  const choices = (users.data?.items ?? [])
    .filter(({ roles }) => roles.every(({ role }) => role !== 'OPERATOR'))
    .map(({ userId, partyName, roles }) => ({
      value: userId,
      label: `${userId} (${partyName}, ${roles.map(({ role }) => role).join(' ')})`,
    }));
  return (
    <Form
      checked={checked}
      failure={null}
      maw={620}
      head={
        <>
          <Title order={1}>Messages</Title>
          <Text>
            The record of a User is its own. Say whose you need to read and why; the reason is recorded, and the User's
            administrator can see it.
          </Text>
        </>
      }
    >
      <Select
        {...checked.field('user')}
        label="Whose record"
        placeholder={users.isPending ? 'Loading ...' : 'A User ID'}
        searchable
        data={choices}
        value={user}
        onChange={setUser}
        nothingFoundMessage="No such User ID"
      />
      <Textarea
        {...checked.field('reason')}
        label="Why"
        description="For example the incident or the call that asks for it."
        minRows={3}
        maxLength={LONGEST_REASON}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <div>
        <Button type="submit">Open the record</Button>
      </div>
    </Form>
  );
}
