import { Anchor, Stack, Text, Title } from '@mantine/core';
import { deviceSchema, euiSchema } from '@penstock/api/schemas';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { ask, CallFailed } from '../api/call.ts';
import { Timeline } from '../audit-trail/timeline.tsx';
import type { DeviceSearch } from '../audit-trail/timeline-search.ts';
import { titleSearchSchema } from '../audit-trail/title-search.ts';
import { Titles } from '../audit-trail/titles.tsx';
import { type Gated, ReasonGate } from '../messages/record-gate.tsx';
import { useSession } from '../session/me.ts';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { PageTitle } from '../shared/page-title.tsx';
import { Empty, Loading, NoRight } from '../shared/states.tsx';
import { DeviceCard } from './device-card.tsx';

const titlesGate: Gated = {
  head: (
    <>
      <Title order={2}>Audit trail</Title>
      <Text>
        The titles of this device are for whoever is responsible for it. Say as which User you need to look and why; the
        reason is recorded, and the User’s administrator can see it.
      </Text>
    </>
  ),
  whose: 'As which User',
  button: 'Show the titles',
};

/** One device: what it is, who is responsible for it, and the titles of everybody's messages to and from it. */
export function DevicePage() {
  const { me } = useSession();
  const { device: written } = useParams({ from: '/devices/$device' });
  const eui = euiSchema.safeParse(written);
  if (!me.permissions.includes('devices.see')) return <NoRight page="Device" what="devices" />;
  return (
    <Stack gap="lg">
      <PageTitle title={`Device ${eui.data ?? ''}`} />
      <div>
        <Anchor
          size="sm"
          renderRoot={(props) => <Link to="/devices" search={({ for: acting }) => ({ for: acting })} {...props} />}
        >
          All devices
        </Anchor>
        <Title order={1}>Device</Title>
      </div>
      {eui.success ? (
        <Known key={eui.data} device={eui.data} />
      ) : (
        <Empty title="This is no device.">
          A device is named by eight pairs, such as 00-DB-12-34-56-78-90-A0. Check the address, or look for the device
          by its metering point.
        </Empty>
      )}
    </Stack>
  );
}

function Known({ device }: { device: string }) {
  const { me, acting } = useSession();
  const search = useSearch({ from: '/devices/$device' });
  const isOperator = me.acting.kind === 'operator';
  const facts = useFacts(device, acting);
  const isUnknown = facts.error instanceof CallFailed && facts.error.problem.code === 'request.not-found';
  const likely = facts.data?.responsible.map(({ userId }) => userId) ?? [];
  return (
    <>
      {facts.isPending ? <Loading what="the device" /> : null}
      {facts.isError && !isUnknown ? (
        <FailureSummary words={wordsOf(facts.error)} onRetry={() => void facts.refetch()} />
      ) : null}
      {isUnknown ? (
        <Empty title={device}>
          {isOperator
            ? 'No such device is in the inventory. Check it, or see whether the import of devices is behind.'
            : 'Either there is no such device, or you are not responsible for it now. Both look the same here.'}
        </Empty>
      ) : null}
      {facts.isSuccess ? <DeviceCard device={facts.data} isWanted={false} /> : null}
      {!me.permissions.includes('titles.see') ? (
        <Text c="dimmed">The audit trail of devices is not for your role.</Text>
      ) : isOperator && facts.isPending ? null : (
        // the form of the gate waits for what stands above it and says who is likely meant: a list that is open would be
        // pushed off the screen, and its entries would change places under the pointer
        <>
          <DeviceViews search={search} />
          <ReasonGate user={search.user} of={{ ...titlesGate, likely }}>
            {(caller) =>
              search.tab === 'timeline' ? (
                <Timeline caller={caller} device={device} search={search} />
              ) : (
                <Titles caller={caller} device={device} search={titleSearchSchema.parse(search)} />
              )
            }
          </ReasonGate>
        </>
      )}
    </>
  );
}

/** The titles one by one, and the same as a timeline. */
function DeviceViews({ search }: { search: DeviceSearch }) {
  const { for: acting, user } = search;
  return (
    <nav aria-label="Views of the device" className="penstock-views">
      {([undefined, 'timeline'] as const).map((view) => (
        <Link
          key={view ?? 'titles'}
          to="."
          search={{ for: acting, user, tab: view }}
          // the titles have no tab, which is not any tab
          activeOptions={{ includeSearch: true, explicitUndefined: true }}
        >
          {view === undefined ? 'Titles' : 'Timeline'}
        </Link>
      ))}
    </nav>
  );
}

/** What is known of the device. When it is taken from its reader, so are the titles that are on the page. */
function useFacts(device: string, acting: string) {
  const queryClient = useQueryClient();
  const facts = useQuery({
    queryKey: ['device', acting, device],
    queryFn: ({ signal }) => ask(deviceSchema, `/devices/${device}`, { caller: { acting }, signal }),
    meta: { live: { topics: ['devices', 'directory'] } },
  });
  const wasSeen = useRef(false);
  useEffect(() => {
    if (facts.isError && wasSeen.current) void queryClient.resetQueries({ queryKey: ['titles'] });
    wasSeen.current = facts.isSuccess;
  }, [facts.isError, facts.isSuccess, queryClient]);
  return facts;
}
