import { Modal, Stack, Text, Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { meQuery, type Session } from './me.ts';
import { sessionEnd } from './session-end.ts';
import { SignInForm } from './sign-in-form.tsx';

/** Stands before the page when the session ended: the page stays as it is underneath, with all that was typed. */
export function SessionEndedDialog({ session }: { session: Session }) {
  const queryClient = useQueryClient();
  const hasEnded = useSyncExternalStore(sessionEnd.subscribe, sessionEnd.hasEnded);
  const { id, email } = session.me.person;

  async function signedIn() {
    const me = await queryClient.fetchQuery({ ...meQuery(session.acting), staleTime: 0 }).catch(() => undefined);
    // what stands on the page is the first person's: another one starts with an empty page
    if (me?.person.id !== id) return window.location.assign('/');
    sessionEnd.takeBack();
    await queryClient.invalidateQueries();
  }

  return (
    <Modal.Root opened={hasEnded} onClose={() => undefined} closeOnEscape={false} closeOnClickOutside={false} centered>
      <Modal.Overlay backgroundOpacity={0.6} />
      <Modal.Content aria-label="Your session has ended">
        <Modal.Body p="lg">
          <Stack gap="md">
            <Title order={2}>Your session has ended</Title>
            <Text>Sign in again to go on. The page behind is as you left it, and nothing that you typed is lost.</Text>
            <SignInForm onDone={() => void signedIn()} email={email} />
          </Stack>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
