import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { type ErraticDevice, erraticPageSchema } from '@penstock/api/schemas';
import { useQueryClient } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import type { Caller } from '../api/call.ts';
import { type Gated, ReasonGate } from '../messages/record-gate.tsx';
import { useSession } from '../session/me.ts';
import { ExportButton } from '../shared/export-button.tsx';
import { PageTitle } from '../shared/page-title.tsx';
import { PagedTable, usePaged } from '../shared/paged.tsx';
import { NoRight } from '../shared/states.tsx';
import { Day } from '../shared/when.tsx';
import { DayBars } from './day-bars.tsx';
import { daysOf, noonOf } from './days.ts';
import { DeviceLink } from './device-link.tsx';
import { kindWords } from './kinds.ts';

const gate: Gated = {
  head: (
    <Text>
      Erratic devices are for whoever is responsible for them. Say as which User you need to look and why; the reason is
      recorded, and the User’s administrator can see it.
    </Text>
  ),
  whose: 'As which User',
  button: 'Show the devices',
};

/** Devices that do far more than they usually do, the worst first. */
export function ErraticPage() {
  const { me } = useSession();
  const { user } = useSearch({ from: '/erratic-devices' });
  if (!me.permissions.includes('titles.see')) return <NoRight page="Erratic devices" what="erratic devices" />;
  return (
    <Stack gap="md" maw={1200}>
      <PageTitle title="Erratic devices" />
      <div>
        <Title order={1}>Erratic devices</Title>
        <Text c="dimmed" maw={760}>
          Devices that today or yesterday had far more alerts, or far more requests and responses, than they usually
          have, or than devices of their kind. Counted by UTC day, a minute or two behind. A device stands here for a
          look, not as a fault; that somebody looked is recorded.
        </Text>
      </div>
      <ReasonGate user={user} of={gate}>
        {(caller) => <Erratic caller={caller} user={user} />}
      </ReasonGate>
    </Stack>
  );
}

function Erratic({ caller, user }: { caller: Caller; user: string | undefined }) {
  const { me } = useSession();
  const queryClient = useQueryClient();
  const query = me.acting.kind === 'operator' ? { userId: user } : {};
  const list = usePaged<ErraticDevice, typeof erraticPageSchema>(
    'erratic',
    erraticPageSchema,
    '/devices/erratic',
    query,
    caller.reason,
  );
  return (
    <>
      <Group gap="xs">
        <ExportButton caller={caller} path="/devices/erratic.csv" query={query} name="erratic-devices" />
        <Button variant="default" onClick={() => void queryClient.resetQueries({ queryKey: ['erratic'] })}>
          Look again
        </Button>
      </Group>
      <PagedTable
        list={list}
        label="Erratic devices"
        empty={
          <>
            <Text fw={650}>None of the devices is erratic.</Text>
            <Text c="dimmed">
              As soon as one has far more messages than it usually has, ten a day at least, it stands here.
            </Text>
          </>
        }
        columns={[
          ['Device', 1.5],
          ['Why it stands here', 2.4],
          ['Since', 1.1],
          ['Last 30 days', 1.6],
        ]}
        keyOf={({ device }) => device}
      >
        {(one) => [
          <div key="device">
            {kindWords[one.kind]}
            <br />
            <DeviceLink device={one.device} />
          </div>,
          <div key="why" className="penstock-finding">
            {one.finding}
          </div>,
          <Since key="since" of={one} />,
          <div key="days">
            <Text size="xs" c="dimmed">
              {daysOf(one).name}
            </Text>
            <DayBars days={daysOf(one)} />
          </div>,
        ]}
      </PagedTable>
    </>
  );
}

function Since({ of: { measures, days } }: { of: ErraticDevice }) {
  const since = measures[0]?.since ?? days.first;
  return since === days.first ? 'For 30 days or longer' : <Day at={noonOf(since)} />;
}
