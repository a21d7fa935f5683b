import { Group, Paper, Stack, Text } from '@mantine/core';
import type { WholeChange } from '@penstock/api/schemas';
import { useQuery } from '@tanstack/react-query';
import { IncidentLink, IncidentMark } from '../incidents/incident-link.tsx';
import { changeIncidentsQuery } from '../incidents/queries.ts';
import { Verdicts } from '../incidents/verdict-dialog.tsx';
import { useSession } from '../session/me.ts';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { Empty, Loading } from '../shared/states.tsx';

/** Incidents at the time of a change that have something in common with it, of those that its reader sees. */
export function IncidentsTab({ change }: { change: WholeChange }) {
  const { me, acting } = useSession();
  const asked = useQuery({
    ...changeIncidentsQuery({ acting }, change.change),
    enabled: change.state !== 'draft' && change.state !== 'template' && change.state !== 'cancelled',
  });
  const none = (
    <Empty title="No incident that you see is at its time.">
      One that has something in common with it stands here as soon as it is opened.
    </Empty>
  );
  if (!asked.isEnabled) return none;
  if (asked.isPending) return <Loading what="incidents" />;
  if (asked.isError) return <FailureSummary words={wordsOf(asked.error)} onRetry={() => void asked.refetch()} />;
  if (asked.data.items.length === 0) return none;
  const isOperator = me.acting.kind === 'operator';
  return (
    <Stack gap="md">
      {asked.data.items.map(({ incident, words, verdicts }) => (
        <Paper
          key={incident.incident}
          component="article"
          withBorder
          p="md"
          className="penstock-panel"
          aria-label={words}
        >
          <Stack gap={6}>
            <Group gap="md">
              <IncidentLink incident={incident} />
              <IncidentMark state={incident.state} />
            </Group>
            <Text size="sm">The change: {words}</Text>
            <Verdicts
              incident={incident.incident}
              change={change.change}
              verdicts={verdicts}
              may={me.permissions.includes('incidents.change') && (incident.isYours || isOperator)}
            />
          </Stack>
        </Paper>
      ))}
    </Stack>
  );
}
