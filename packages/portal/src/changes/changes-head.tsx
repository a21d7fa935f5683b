import { Button, Group, Text, Title } from '@mantine/core';
import { Link, type LinkProps } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { PageTitle } from '../shared/page-title.tsx';
import './changes.css';

/** The pages of changes, each with its address. */
const pages = [
  ['/changes', 'List'],
  ['/changes/calendar', 'Calendar'],
  ['/changes/schedule', 'Planned Maintenance'],
  ['/changes/limits', 'Limits and freezes'],
] as const satisfies readonly (readonly [LinkProps['to'], string])[];
export type ChangesPage = (typeof pages)[number][0];

/** The head of the pages of changes; what one can do stands beside it. */
export function ChangesHead(props: { shown: ChangesPage; words: ReactNode; children?: ReactNode }) {
  const { shown, words, children } = props;
  return (
    <>
      <PageTitle title={shown === '/changes' ? 'Changes' : (pages.find(([to]) => to === shown)?.[1] ?? 'Changes')} />
      <Group justify="space-between" align="flex-end" gap="sm">
        <div>
          <Title order={1}>Changes</Title>
          <Text c="dimmed">{words}</Text>
        </div>
        <Group gap="xs">{children}</Group>
      </Group>
      <nav aria-label="Pages of changes" className="penstock-views">
        {pages.map(([to, name]) => (
          <Link
            key={to}
            to={to}
            search={({ for: acting }: { for?: string | undefined }) => ({ for: acting })}
            activeOptions={{ exact: true, includeSearch: false }}
          >
            {name}
          </Link>
        ))}
      </nav>
    </>
  );
}

export function LinkButton(props: { to: LinkProps['to']; variant?: 'default'; children: ReactNode }) {
  const { to, variant, children } = props;
  return (
    <Button
      {...(variant === undefined ? {} : { variant })}
      renderRoot={(given) => (
        <Link to={to} search={({ for: acting }: { for?: string | undefined }) => ({ for: acting })} {...given} />
      )}
    >
      {children}
    </Button>
  );
}
