import { Modal, Stack, Text, Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent } from 'react';
import { meQuery, type Session } from './me.ts';
import { sessionEnd, useSessionEnded } from './session-end.ts';
import { SignInForm } from './sign-in-form.tsx';

/** Stands before the page when the session ended: the page stays as it is underneath, with all that was typed. */
export function SessionEndedDialog({ session }: { session: Session }) {
  const queryClient = useQueryClient();
  const hasEnded = useSessionEnded();
  const { id, email } = session.me.person;

  async function signedIn({ quietly = false } = {}) {
    const me = await queryClient.fetchQuery({ ...meQuery(session.acting), staleTime: 0 }).catch(() => undefined);
    if (me === undefined && quietly) return;
    // what stands on the page is the first person's: another one starts with an empty page
    if (me?.person.id !== id) return window.location.assign('/');
    sessionEnd.takeBack();
    await queryClient.invalidateQueries();
  }

  // signed in again in another tab: this one goes on when it is looked at
  const lookAgain = useEffectEvent(() => {
    if (hasEnded) void signedIn({ quietly: true });
  });
  useEffect(() => {
    window.addEventListener('focus', lookAgain);
    return () => window.removeEventListener('focus', lookAgain);
  }, []);

  return (
    <Modal.Root
      opened={hasEnded}
      onClose={() => undefined}
      closeOnEscape={false}
      closeOnClickOutside={false}
      centered
      // before whatever dialog was open
      zIndex={400}
    >
      <Modal.Overlay backgroundOpacity={0.6} />
      <Modal.Content aria-label="Your session has ended">
        <Modal.Body p="lg">
          <Stack gap="md">
            <Title order={2}>Your session has ended</Title>
            <Text>Sign in again to go on. The page behind is as you left it, and nothing that you typed is lost.</Text>
            <SignInForm onDone={() => void signedIn()} email={email} staysHere />
          </Stack>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
