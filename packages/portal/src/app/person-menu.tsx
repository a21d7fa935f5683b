import { Anchor, Button, Stack, Text, VisuallyHidden } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { signOut } from '../session/auth.ts';
import { useSession } from '../session/me.ts';
import { Disclosure } from '../shared/disclosure.tsx';

export function PersonMenu() {
  const { me } = useSession();
  const queryClient = useQueryClient();
  const leaving = useMutation({
    mutationFn: async () => {
      const result = await signOut();
      if (!result.ok) throw new Error(result.title);
      // whatever was shown must be gone from the memory of this page, and of what the browser keeps of it
      queryClient.clear();
      sessionStorage.clear();
      window.location.assign('/');
    },
  });
  const { name, email } = me.person;
  const initials = name
    .split(/\s+/)
    .map((word) => word[0])
    .join('')
    .slice(0, 2)
    .toUpperCase();
  return (
    <Disclosure
      label="Who is signed in"
      width={270}
      buttonProps={{ className: 'penstock-person', radius: 'xl', px: 0 }}
      button={
        <>
          {initials}
          <VisuallyHidden>: signed in as {name}</VisuallyHidden>
        </>
      }
    >
      {(close) => (
        <Stack gap="sm">
          <div>
            <Text fw={650}>{name}</Text>
            <Text size="sm" c="dimmed">
              {email}
            </Text>
          </div>
          <Anchor
            onClick={close}
            renderRoot={(props) => <Link to="/account" search={(search) => ({ for: search.for })} {...props} />}
          >
            Your account and sessions
          </Anchor>
          <Button variant="default" loading={leaving.isPending} onClick={() => leaving.mutate()}>
            Sign out
          </Button>
          {leaving.isError ? (
            <Text role="alert" size="sm" c="var(--mantine-color-error)">
              You are still signed in: {leaving.error.message} Try again.
            </Text>
          ) : null}
        </Stack>
      )}
    </Disclosure>
  );
}
