import { Button, Group, Stack, Text } from '@mantine/core';
import { incidentCategories, type incidentTargetsVersionSchema } from '@penstock/api/schemas';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { z } from 'zod';
import { useSession } from '../session/me.ts';
import { Disclosed } from '../shared/disclosed.tsx';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { Facts, Loading, Panel } from '../shared/states.tsx';
import { formatDuration } from '../shared/time.ts';
import { When } from '../shared/when.tsx';
import { targetsQuery } from './queries.ts';
import { TargetsDialog } from './targets-dialog.tsx';
import { categoryWords } from './words.ts';

type Version = z.infer<typeof incidentTargetsVersionSchema>;

/** By when incidents are to be taken up and resolved: what is in force, and all versions. */
export function TargetsPanel() {
  const { me, acting } = useSession();
  const asked = useQuery(targetsQuery({ acting }));
  const [isChanging, setChanging] = useState(false);
  if (asked.isPending) return <Loading what="the targets of incidents" />;
  if (asked.data === undefined) {
    return <FailureSummary words={wordsOf(asked.error)} onRetry={() => void asked.refetch()} />;
  }
  const { items, inForce } = asked.data;
  const now = items.find(({ version }) => version === inForce);
  const others = items.filter(({ version }) => version !== inForce);
  return (
    <Panel title="Targets of incidents">
      {now === undefined ? null : <OneVersion version={now} />}
      {me.permissions.includes('calendar.change') && now !== undefined ? (
        <Group mt="md">
          <Button onClick={() => setChanging(true)}>Change the targets</Button>
        </Group>
      ) : null}
      {others.length === 0 ? null : (
        <Disclosed summary="Targets to come, and those of before">
          <Stack gap="md" mt="sm">
            {others.map((version) => (
              <OneVersion key={version.version} version={version} />
            ))}
          </Stack>
        </Disclosed>
      )}
      {isChanging && now !== undefined ? <TargetsDialog now={now.targets} onClose={() => setChanging(false)} /> : null}
    </Panel>
  );
}

function OneVersion({ version: { version, effectiveFrom, setBy, reason, targets } }: { version: Version }) {
  const { categories, waitingSeconds, fetchedSeconds } = targets;
  const minutes = (number: number) => formatDuration(number * 60_000);
  return (
    <>
      <Text size="sm" c="dimmed" mb={6}>
        Version {version}, from <When at={effectiveFrom} inline />, by {setBy}: {reason}
      </Text>
      <Facts
        facts={[
          ...incidentCategories.map((category) => {
            const { responseMinutes, resolutionMinutes } = categories[category];
            const words = `Taken up within ${minutes(responseMinutes)}, resolved within ${minutes(resolutionMinutes)}`;
            return [`Category ${categoryWords[category]}`, words] as const;
          }),
          [
            'What waits opens one',
            `After ${formatDuration(waitingSeconds * 1000)}; what a User fetches itself, after ${formatDuration(fetchedSeconds * 1000)}`,
          ],
        ]}
      />
    </>
  );
}
