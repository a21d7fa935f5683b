import { Button, CopyButton, Group, Stack, Text } from '@mantine/core';
import { When } from '../shared/when.tsx';

/** A link that was made: it is shown this once. */
export function LinkOnce({ link, expiresAt, email }: { link: string; expiresAt: string; email: string }) {
  return (
    <Stack gap="sm">
      <Text role="status">
        This is the link for <b>{email}</b>. It is shown this once and kept nowhere. Hand it over by a way that you
        trust; whoever has it gets in. It is good once, until <When at={expiresAt} inline />.
      </Text>
      <div className="penstock-once penstock-identifier">{link}</div>
      <Group>
        <CopyButton value={link} timeout={4_000}>
          {({ copied, copy }) => <Button onClick={copy}>{copied ? 'Copied' : 'Copy the link'}</Button>}
        </CopyButton>
      </Group>
    </Stack>
  );
}
