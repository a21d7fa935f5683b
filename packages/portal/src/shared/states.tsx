import { Group, Loader, Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { PageTitle } from './page-title.tsx';

/** What a page shows while its answer is on the way. */
export function Loading({ what }: { what: string }) {
  return (
    <Group role="status" gap="sm" py="md">
      <Loader aria-hidden size="sm" /> Loading {what} ...
    </Group>
  );
}

/** A list without anything in it: what that means, and what to expect. */
export function Empty({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Paper withBorder p="xl" className="penstock-panel">
      <Text fw={650}>{title}</Text>
      <Text c="dimmed">{children}</Text>
    </Paper>
  );
}

/** The page of somebody whose role does not see it. */
export function NoRight({ page, what }: { page: string; what: string }) {
  return (
    <Stack gap="sm" maw={620}>
      <PageTitle title={page} />
      <Title order={1}>{page}</Title>
      <Text fw={650}>Your role does not see {what}.</Text>
      <Text>If you need them, ask an administrator of your organisation for a role that does.</Text>
    </Stack>
  );
}

/** Names with values; those without a value are left out. */
export function Facts({ facts }: { facts: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="penstock-facts">
      {facts.map(([fact, value]) =>
        value === undefined || value === '' ? null : (
          <div key={fact}>
            <dt>{fact}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}

/** A part of the page with its heading. */
export function Panel({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Paper component="section" withBorder p="md" className="penstock-panel" aria-label={title}>
      <Title order={2} size="h4" mb="xs">
        {title}
      </Title>
      {children}
    </Paper>
  );
}
