import { Button, Divider, PasswordInput, Stack, Text } from '@mantine/core';
import type { InvitationDocument } from '@penstock/api/schemas';
import type { UseMutationResult } from '@tanstack/react-query';
import { useState } from 'react';
import { CallFailed } from '../api/call.ts';
import { ChangeFailure, FailureSummary } from '../shared/failure.tsx';
import { missing } from '../shared/faults.ts';
import { useChecked } from '../shared/form.tsx';
import { useAttempt } from './attempt.ts';
import { beginAtProvider } from './auth.ts';
import { knowsPasskeys, makePasskey } from './passkeys.ts';
import { SignInForm } from './sign-in-form.tsx';
import { SignInSection } from './sign-in-section.tsx';

type Accepting = UseMutationResult<unknown, Error, string | undefined>;

/** How a new person proves from then on who it is: it chooses. */
export function NewAccount(props: {
  invitation: InvitationDocument;
  token: string;
  accepting: Accepting;
  onDone: () => void;
}) {
  const { invitation, token, accepting, onDone } = props;
  const [password, setPassword] = useState('');
  const { attempt, isBusy, failure, tries } = useAttempt();

  async function byPasskey() {
    if ((await attempt(makePasskey('Made with the invitation', token))) !== undefined) onDone();
  }
  async function byProvider() {
    const begun = await attempt(beginAtProvider({ token }));
    if (begun !== undefined) window.location.assign(begun.value.address);
  }
  const checked = useChecked({ password: missing(password, 'Enter a new password.') }, () =>
    accepting.mutate(password),
  );

  return (
    <Stack gap="md">
      {failure === undefined ? null : <FailureSummary key={tries} words={failure} />}
      {invitation.provider === undefined ? null : (
        <>
          <Button size="md" loading={isBusy} onClick={() => void byProvider()}>
            Continue with {invitation.provider}
          </Button>
          <Divider label="or" />
        </>
      )}
      <SignInSection heading="Set a password" checked={checked} failure={<ChangeFailure change={accepting} />}>
        <input type="hidden" autoComplete="username" value={invitation.email} readOnly />
        <PasswordInput
          {...checked.field('password')}
          label="New password"
          description="14 characters or more, best several words that have nothing to do with each other."
          autoComplete="new-password"
          required
          withAsterisk={false}
          maxLength={128}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the password', tabIndex: 0 }}
        />
        <Button
          type="submit"
          size="md"
          variant={invitation.provider === undefined ? 'filled' : 'default'}
          loading={accepting.isPending}
        >
          Set the password
        </Button>
        <Text size="sm" c="dimmed">
          You set up an authenticator app on your phone next.
        </Text>
      </SignInSection>
      {knowsPasskeys ? (
        <>
          <Divider label="or" />
          <Button variant="default" loading={isBusy} onClick={() => void byPasskey()}>
            Make a passkey instead
          </Button>
          <Text size="sm" c="dimmed">
            Your device asks for your fingerprint, your face or its PIN, and you need no password.
          </Text>
        </>
      ) : null}
    </Stack>
  );
}

/** Who has an account already takes it with that. */
export function AcceptSignedIn({ email, accepting }: { email: string; accepting: Accepting }) {
  const isSignedOut = accepting.error instanceof CallFailed && accepting.error.problem.code === 'people.sign-in-first';
  if (isSignedOut) {
    return (
      <Stack gap="md">
        <Text role="status">Sign in as {email} to accept.</Text>
        <SignInForm onDone={() => accepting.mutate(undefined)} email={email} staysHere />
      </Stack>
    );
  }
  return (
    <Stack gap="md">
      <Text>You have an account here already, and keep it as it is.</Text>
      <ChangeFailure change={accepting} />
      <Button size="md" loading={accepting.isPending} onClick={() => accepting.mutate(undefined)}>
        Accept
      </Button>
    </Stack>
  );
}
