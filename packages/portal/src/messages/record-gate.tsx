import { Anchor, Button, Paper, Select, Stack, Text, Textarea, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { Caller } from '../api/call.ts';
import { useSession } from '../session/me.ts';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { forgetReason, keepReason, LONGEST_REASON, reasonFor, SHORTEST_REASON } from './reason.ts';
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
  if (!me.permissions.includes('record.see')) return <NoRight />;
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

function NoRight() {
  return (
    <Stack gap="sm" maw={620}>
      <Title order={1}>Messages</Title>
      <Text fw={650}>Your role does not see the records of messages.</Text>
      <Text>
        If you need them, ask an administrator of your organisation for a role that does. Whoever has one can send you
        what you need to know.
      </Text>
    </Stack>
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
        You read the record of <b>{user}</b> because: {reason} This is recorded, and its administrator can see it.{' '}
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
  const [tries, setTries] = useState(0);
  const isShort = reason.trim().length < SHORTEST_REASON;

  function submit(event: FormEvent) {
    event.preventDefault();
    setTries(tries + 1);
    if (user === null || isShort) return;
    keepReason(user, reason.trim());
    props.onGiven();
    void navigate({ to: '.', search: (search: object) => ({ ...search, user }) });
  }

  if (users.isError) return <FailureSummary words={wordsOf(users.error)} onRetry={() => void users.refetch()} />;
  const choices = (users.data?.items ?? [])
    .filter(({ roles }) => roles.every(({ role }) => role !== 'OPERATOR'))
    .map(({ userId, partyId, roles }) => ({
      value: userId,
      label: `${userId} (${partyId}, ${roles.map(({ role }) => role).join(' ')})`,
    }));
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md" maw={620}>
        <Title order={1}>Messages</Title>
        <Text>
          The record of a User is its own. Say whose you need to read and why; the reason is recorded, and the User's
          administrator can see it.
        </Text>
        {tries > 0 && (user === null || isShort) ? (
          <FailureSummary
            key={tries}
            words={{
              title: 'The record cannot be opened yet.',
              action: user === null ? 'Choose the User ID.' : 'Give a reason of at least ten characters.',
            }}
          />
        ) : null}
        <Select
          label="Whose record"
          placeholder={users.isPending ? 'Loading ...' : 'A User ID'}
          searchable
          data={choices}
          value={user}
          onChange={setUser}
          nothingFoundMessage="No such User ID"
        />
        <Textarea
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
      </Stack>
    </form>
  );
}
