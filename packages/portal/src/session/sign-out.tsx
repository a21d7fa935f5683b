import { Button, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { signOut } from './auth.ts';

/** Ends the session, on every page that somebody signed in may meet, also where nothing else can be opened. */
export function SignOutButton() {
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
  return (
    <>
      <Button variant="default" loading={leaving.isPending} onClick={() => leaving.mutate()}>
        Sign out
      </Button>
      {leaving.isError ? (
        <Text role="alert" size="sm" c="var(--mantine-color-error)">
          You are still signed in: {leaving.error.message} Try again.
        </Text>
      ) : null}
    </>
  );
}
