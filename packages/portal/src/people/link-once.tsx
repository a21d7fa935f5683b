import { Button, CopyButton, Group, Stack, Text } from '@mantine/core';
import { When } from '../shared/when.tsx';

/** A link that was made: it is shown this once. */
export function LinkOnce(props: {
  link: string;
  expiresAt: string;
  email: string;
  awaitsApproval?: boolean | undefined;
}) {
  const { link, expiresAt, email, awaitsApproval } = props;
  return (
    <Stack gap="sm">
      <Text role="status">
        This is the link for <b>{email}</b>. It is shown this once and kept nowhere. Hand it over by a way that you
        trust; whoever has it gets in. It is good once, until <When at={expiresAt} inline />.
      </Text>
      {awaitsApproval === true ? (
        <Text fw={650}>
          It opens nothing until another administrator has approved it: the others see it under Approvals.
        </Text>
      ) : null}
      <div className="penstock-once penstock-identifier">{link}</div>
      <Group>
        <CopyButton value={link} timeout={4_000}>
          {({ copied, copy }) => <Button onClick={copy}>{copied ? 'Copied' : 'Copy the link'}</Button>}
        </CopyButton>
      </Group>
    </Stack>
  );
}
