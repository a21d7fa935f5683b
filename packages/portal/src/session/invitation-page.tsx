import { Anchor, Stack, Text, Title } from '@mantine/core';
import { changedSchema, type InvitationDocument, invitationSchema } from '@penstock/api/schemas';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useRouterState } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, CallFailed } from '../api/call.ts';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { Loading } from '../shared/states.tsx';
import { When } from '../shared/when.tsx';
import { GatePage } from './gate-page.tsx';
import { AcceptSignedIn, NewAccount } from './invitation-ways.tsx';
import { roleWords } from './me.ts';
import { SignInForm } from './sign-in-form.tsx';

const nobody = { acting: undefined };

/** Where an invitation or a recovery leads. The link's secret is behind the #, which the browser tells to no server. */
export function InvitationPage() {
  // another link may be opened in the same tab
  const token = useRouterState({ select: (state) => state.location.hash });
  const invitation = useQuery({
    queryKey: ['invitation', token],
    queryFn: () =>
      ask(invitationSchema, '/invitations/look', { caller: nobody, sent: { method: 'POST', body: { token } } }),
    retry: false,
    staleTime: Infinity,
  });
  return (
    <GatePage title="Your link">
      {invitation.isPending ? <Loading what="your link" /> : null}
      {invitation.isError ? <NoInvitation error={invitation.error} onRetry={() => void invitation.refetch()} /> : null}
      {invitation.isSuccess ? <Invitation key={token} invitation={invitation.data} token={token} /> : null}
    </GatePage>
  );
}

function NoInvitation({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const status = error instanceof CallFailed ? error.problem.status : 0;
  // too many questions, or nobody has approved it yet: both pass
  const isOfLink = status >= 400 && status < 500 && status !== 429 && status !== 409;
  const words =
    status === 400
      ? { title: 'This link is not whole.', action: 'Open the whole link as you got it, to its last character.' }
      : wordsOf(error);
  return (
    <Stack gap="md">
      <FailureSummary words={words} onRetry={isOfLink ? undefined : onRetry} />
      <Anchor href="/">Go to the sign-in</Anchor>
    </Stack>
  );
}

function Invitation({ invitation, token }: { invitation: InvitationDocument; token: string }) {
  const [password, setPassword] = useState<string>();
  const accepting = useMutation({
    mutationFn: (chosen: string | undefined) =>
      ask(changedSchema, '/invitations/accept', {
        caller: nobody,
        sent: { method: 'POST', body: { token, password: chosen } },
      }),
    onSuccess: (_, chosen) => (chosen === undefined ? openPortal() : setPassword(chosen)),
  });
  const openPortal = () => window.location.replace(actingAddress(invitation));
  if (password !== undefined) {
    return (
      <Stack gap="md">
        <Text role="status">Your password is set. Sign in with it now; you set up your authenticator next.</Text>
        <SignInForm onDone={openPortal} email={invitation.email} password={password} />
      </Stack>
    );
  }
  return (
    <Stack gap="lg">
      <About invitation={invitation} />
      {invitation.needsPassword ? (
        <NewAccount invitation={invitation} token={token} accepting={accepting} onDone={openPortal} />
      ) : (
        <AcceptSignedIn email={invitation.email} accepting={accepting} />
      )}
      <Text size="sm" c="dimmed">
        The link is good once, until <When at={invitation.expiresAt} inline />.
      </Text>
    </Stack>
  );
}

const actingAddress = ({ acting }: InvitationDocument): string =>
  acting === undefined ? '/' : `/?for=${encodeURIComponent(acting)}`;

function About({ invitation }: { invitation: InvitationDocument }) {
  const { kind, name, email, role, party, acting } = invitation;
  return (
    <div>
      <Title order={2} size="h3">
        {kind === 'invitation' ? 'You are invited' : 'Set up your sign-in again'}
      </Title>
      <Text mt="xs">
        {name}, <b className="penstock-identifier">{email}</b>
      </Text>
      {role === undefined ? null : (
        <Text>
          as <b>{roleWords[role]}</b> of <b>{acting === 'operator' ? 'the Operator' : party}</b>
          {acting === 'operator' ? null : <span className="penstock-identifier"> {acting}</span>}
        </Text>
      )}
    </div>
  );
}
