import { Button, CopyButton, Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Dialog } from '../shared/dialog.tsx';

/** Something that was made and is shown this once. */
export function ShownOnce(props: { title: string; value: string; children: ReactNode; onClose: () => void }) {
  const { title, value, children, onClose } = props;
  return (
    <Dialog title={title} size="lg" onClose={onClose}>
      <Stack gap="sm">
        <Text role="status">{children}</Text>
        <div className="penstock-once penstock-identifier">{value}</div>
        <Group gap="sm">
          <CopyButton value={value} timeout={4_000}>
            {({ copied, copy }) => <Button onClick={copy}>{copied ? 'Copied' : 'Copy it'}</Button>}
          </CopyButton>
          <Button variant="default" onClick={onClose}>
            I have it
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
