import { Stack, Text } from '@mantine/core';
import type { ChangeFindings, WholeChange } from '@penstock/api/schemas';
import { useQuery } from '@tanstack/react-query';
import { useSession } from '../session/me.ts';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { Empty, Loading } from '../shared/states.tsx';
import { findingsQuery } from './queries.ts';

/** Where a change goes beyond a limit, with the arithmetic. */
export function LimitsTab({ change }: { change: WholeChange }) {
  const { acting } = useSession();
  const findings = useQuery(findingsQuery({ acting }, change.change));
  if (findings.isPending) return <Loading what="the limits" />;
  if (findings.data === undefined) {
    return <FailureSummary words={wordsOf(findings.error)} onRetry={() => void findings.refetch()} />;
  }
  const { warnings } = findings.data;
  if (warnings.length === 0) {
    return (
      <Empty title="It keeps every limit.">
        Notice periods, the hours of Planned Maintenance in a month, and the times of day are counted for it.
      </Empty>
    );
  }
  return (
    <Stack gap="md">
      <Text>Limits warn, and stop nothing.</Text>
      <WarningList warnings={warnings} />
    </Stack>
  );
}

const heads: Readonly<Record<ChangeFindings['warnings'][number]['limit'], string>> = {
  notice: 'Notice period',
  monthly_hours: 'Hours of a month',
  allowed_times: 'Times of day',
};

export function WarningList({ warnings }: Pick<ChangeFindings, 'warnings'>) {
  return (
    <ul className="penstock-clashes">
      {warnings.map(({ limit, words, version }) => (
        <li key={words}>
          <Text fw={650} className="penstock-outcome penstock-outcome-warned">
            {heads[limit]}
          </Text>
          <Text my={4}>{words}</Text>
          <Text size="sm" c="dimmed">
            By version {version} of the limits.
          </Text>
        </li>
      ))}
    </ul>
  );
}
