import { Button, Group, Stack, Text } from '@mantine/core';
import type { limitsVersionSchema } from '@penstock/api/schemas';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { z } from 'zod';
import { TargetsPanel } from '../incidents/targets-panel.tsx';
import { useSession } from '../session/me.ts';
import { Disclosed } from '../shared/disclosed.tsx';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { Facts, Loading, NoRight, Panel } from '../shared/states.tsx';
import { When } from '../shared/when.tsx';
import { ChangesHead } from './changes-head.tsx';
import { LimitsDialog } from './limits-dialog.tsx';
import { linesOfServices } from './limits-form.ts';
import { PlannedEvents } from './planned-events.tsx';
import { changeLimitsQuery } from './queries.ts';
import { kindWords } from './words.ts';

/** What changes are measured against, and what is planned around them. */
export function LimitsPage() {
  const { me } = useSession();
  if (!me.permissions.includes('calendar.see')) return <NoRight page="Changes" what="limits on changes" />;
  return (
    <Stack gap="md" maw={1100}>
      <ChangesHead
        shown="/changes/limits"
        words="Limits warn with the arithmetic and stop nothing. Freezes, maintenance windows and rehearsals are held against every change."
      />
      <Limits />
      <PlannedEvents />
      {me.permissions.includes('incidents.see') ? <TargetsPanel /> : null}
    </Stack>
  );
}

type Version = z.infer<typeof limitsVersionSchema>;

function Limits() {
  const { me, acting } = useSession();
  const limits = useQuery(changeLimitsQuery({ acting }));
  const [isChanging, setChanging] = useState(false);
  if (limits.isPending) return <Loading what="the limits" />;
  if (limits.data === undefined) {
    return <FailureSummary words={wordsOf(limits.error)} onRetry={() => void limits.refetch()} />;
  }
  const { items, inForce } = limits.data;
  const now = items.find(({ version }) => version === inForce);
  const others = items.filter(({ version }) => version !== inForce);
  return (
    <Panel title="Limits">
      {now === undefined ? null : <OneVersion version={now} />}
      {me.permissions.includes('calendar.change') && now !== undefined ? (
        <Group mt="md">
          <Button onClick={() => setChanging(true)}>Change the limits</Button>
        </Group>
      ) : null}
      {others.length === 0 ? null : (
        <Disclosed summary="Versions to come, and those of before">
          <Stack gap="md" mt="sm">
            {others.map((version) => (
              <OneVersion key={version.version} version={version} />
            ))}
          </Stack>
        </Disclosed>
      )}
      {isChanging && now !== undefined ? <LimitsDialog now={now.limits} onClose={() => setChanging(false)} /> : null}
    </Panel>
  );
}

function OneVersion({ version: { version, effectiveFrom, setBy, reason, limits } }: { version: Version }) {
  const notice = Object.entries(limits.noticeWorkingDays)
    .map(([kind, days]) => `${kindWords[kind as keyof typeof kindWords]}: ${days} Working Days`)
    .join('\n');
  return (
    <>
      <Text size="sm" c="dimmed" mb={6}>
        Version {version}, from <When at={effectiveFrom} inline />, by {setBy}: {reason}
      </Text>
      <Facts
        facts={[
          ['Notice', notice === '' ? 'None is asked for' : <Written key="notice" text={notice} />],
          ['Hours of Planned Maintenance a month', String(limits.monthlyHours)],
          ['Planned Maintenance lies between', `${limits.allowedFrom} and ${limits.allowedTo}`],
          ['Changes at once', `${limits.mostAtOnce} at most`],
          ['Services, with those that each needs', <Written key="services" text={linesOfServices(limits.services)} />],
        ]}
      />
    </>
  );
}

const Written = ({ text }: { text: string }) => <span className="penstock-written">{text}</span>;
