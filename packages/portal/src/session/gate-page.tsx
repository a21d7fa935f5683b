import { Group, Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import emblem from '../app/penstock.svg';
import { PageTitle } from '../shared/page-title.tsx';

/** A page for whoever is not signed in: the name of the place, and one thing to do. */
export function GatePage({ title, children, footer }: { title: string; children: ReactNode; footer?: string }) {
  return (
    <main className="penstock-gate">
      <PageTitle title={title} />
      <Stack w="100%" maw={460} gap="lg">
        <Group gap="sm" wrap="nowrap">
          <img src={emblem} alt="" width={44} height={44} />
          <div>
            <Title order={1} size="h2">
              Penstock
            </Title>
            <Text c="dimmed">The gate and the window of the smart metering network</Text>
          </div>
        </Group>
        <Paper withBorder p={{ base: 'md', sm: 'xl' }} className="penstock-panel">
          {children}
        </Paper>
        {footer === undefined ? null : (
          <Text size="sm" c="dimmed">
            {footer}
          </Text>
        )}
      </Stack>
    </main>
  );
}
