import { Anchor, Button, Paper, Text, Textarea, Title } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { Caller } from '../api/call.ts';
import { UserSelect } from '../directory/user-select.tsx';
import { useSession } from '../session/me.ts';
import { missing } from '../shared/faults.ts';
import { Form, useChecked } from '../shared/form.tsx';
import { NoRight } from '../shared/states.tsx';
import { UserName } from '../shared/user-name.tsx';
import { forgetReason, keepReason, LONGEST_REASON, reasonFault, reasonFor } from './reason.ts';
import type { MessageSearch } from './search.ts';

/** What is read behind the gate, as its form says it. */
export interface Gated {
  readonly head: ReactNode;
  readonly whose: string;
  readonly button: string;
  /** User IDs that are most likely meant. */
  readonly likely?: readonly string[];
  /** Where one is when one stops reading; left out: on the same page. */
  readonly end?: '/messages';
}

const record: Gated = {
  head: (
    <>
      <Title order={1}>Messages</Title>
      <Text>
        The record of a User is its own. Say whose you need to read and why; the reason is recorded, and the User's
        administrator can see it.
      </Text>
    </>
  ),
  whose: 'Whose record',
  button: 'Open the record',
  end: '/messages',
};

/** The gate before the record of messages. */
export function RecordGate(props: { search: MessageSearch; children: (caller: Caller) => ReactNode }) {
  const { me } = useSession();
  if (!me.permissions.includes('record.see')) return <NoRight page="Messages" what="the records of messages" />;
  return <ReasonGate {...props} user={props.search.user} of={record} />;
}

/**
 * Lets a page read what is a User's, as the caller that may. A User reads its own at once. The Operator's people name the
 * User and say why; the reason is sent with every call, kept for this tab only, and shown while it holds.
 */
export function ReasonGate(props: { user: string | undefined; of: Gated; children: (caller: Caller) => ReactNode }) {
  const { me, acting } = useSession();
  const { user, of } = props;
  const [, setGiven] = useState(0);
  if (me.acting.kind === 'user') return props.children({ acting });
  const reason = user === undefined ? undefined : reasonFor(user);
  if (user === undefined || reason === undefined) {
    return <ReasonForm user={user} of={of} onGiven={() => setGiven((count) => count + 1)} />;
  }
  return (
    <>
      <ReasonShown user={user} reason={reason} of={of} onEnd={() => setGiven((count) => count + 1)} />
      {props.children({ acting, reason })}
    </>
  );
}

function ReasonShown(props: { user: string; reason: string; of: Gated; onEnd: () => void }) {
  const { user, reason, of, onEnd } = props;
  const navigate = useNavigate();
  function end() {
    forgetReason(user);
    onEnd();
    void navigate({ to: of.end ?? '.', search: ({ for: acting }: { for?: string | undefined }) => ({ for: acting }) });
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

function ReasonForm(props: { user: string | undefined; of: Gated; onGiven: () => void }) {
  const { head, whose, button, likely } = props.of;
  const navigate = useNavigate();
  const [user, setUser] = useState(props.user ?? null);
  const [reason, setReason] = useState('');
  const checked = useChecked({ user: missing(user, 'Choose the User ID.'), reason: reasonFault(reason) }, open);

  function open() {
    if (user === null) return;
    keepReason(user, reason.trim());
    props.onGiven();
    void navigate({ to: '.', search: (search: object) => ({ ...search, user }) });
  }

  return (
    <Form checked={checked} failure={null} maw={620} head={head}>
      <UserSelect
        {...checked.field('user')}
        label={whose}
        placeholder="A User ID"
        likely={likely === undefined ? undefined : { group: 'Responsible for it', values: likely }}
        value={user}
        onChange={setUser}
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
        <Button type="submit">{button}</Button>
      </div>
    </Form>
  );
}
