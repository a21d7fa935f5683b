import { Anchor, Stack, Text, VisuallyHidden } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useSession } from '../session/me.ts';
import { SignOutButton } from '../session/sign-out.tsx';
import { Disclosure } from '../shared/disclosure.tsx';

export function PersonMenu() {
  const { me } = useSession();
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
          <Anchor
            onClick={close}
            renderRoot={(props) => <Link to="/told" search={(search) => ({ for: search.for })} {...props} />}
          >
            How I am told
          </Anchor>
          <SignOutButton />
        </Stack>
      )}
    </Disclosure>
  );
}
