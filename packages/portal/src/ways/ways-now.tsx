import { Badge, Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import type { OutageDocument, WayStanding, WaysDocument } from '@penstock/api/schemas';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSession } from '../session/me.ts';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { Facts, Loading, Panel } from '../shared/states.tsx';
import { When } from '../shared/when.tsx';
import { count } from '../thresholds/words.ts';
import { ConfigureDialog } from './configure-dialog.tsx';
import { DeclareDialog, EndDialog, ExpectedEndDialog } from './outage-dialogs.tsx';
import { Planned } from './planned.tsx';
import { waysQuery } from './queries.ts';
import { ReportDialog, Reports } from './reports.tsx';
import { markOf, useWords, wayWords } from './words.ts';

type Open =
  | { readonly name: 'declare' | 'report' | 'configure' }
  | { readonly name: 'end' | 'expected'; readonly outage: OutageDocument };

export function WaysNow() {
  const { me, acting } = useSession();
  const ways = useQuery(waysQuery({ acting }));
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  const may = (right: (typeof me.permissions)[number]) => me.permissions.includes(right);
  if (ways.isPending) return <Loading what="the ways" />;
  if (ways.isError) return <FailureSummary words={wordsOf(ways.error)} onRetry={() => void ways.refetch()} />;
  const { data } = ways;
  const isOperator = me.acting.kind === 'operator';
  return (
    <>
      <Group gap="sm">
        {may('outages.change') ? <Button onClick={() => setOpen({ name: 'declare' })}>Declare an outage</Button> : null}
        {!isOperator && may('reports.change') ? (
          <Button onClick={() => setOpen({ name: 'report' })}>Report an outage</Button>
        ) : null}
        {may('ways.change') ? (
          <Button variant="default" onClick={() => setOpen({ name: 'configure' })}>
            Change the ways
          </Button>
        ) : null}
      </Group>
      {data.outages.map((outage) => (
        <OutagePanel
          key={outage.outage}
          outage={outage}
          asOf={data.asOf}
          mayChange={may('outages.change')}
          onOpen={setOpen}
        />
      ))}
      <Reports isOperator={isOperator} mayAnswer={isOperator && may('reports.change')} />
      <div className="penstock-ways">
        {[...data.ways].sort(byUse).map((way) => (
          <WayCard key={way.way} way={way} data={data} isOperator={isOperator} />
        ))}
      </div>
      <Planned data={data} mayChange={may('ways.change')} />
      {open?.name === 'declare' ? <DeclareDialog data={data} onClose={close} /> : null}
      {open?.name === 'report' ? <ReportDialog data={data} onClose={close} /> : null}
      {open?.name === 'configure' ? <ConfigureDialog data={data} onClose={close} /> : null}
      {open?.name === 'end' ? <EndDialog outage={open.outage} onClose={close} /> : null}
      {open?.name === 'expected' ? <ExpectedEndDialog outage={open.outage} onClose={close} /> : null}
    </>
  );
}

const ranks = { preferred: 0, allowed: 1, fallback: 2, off: 3 } as const;

function byUse(one: WayStanding, other: WayStanding): number {
  return Number(other.isSetUp) - Number(one.isSetUp) || ranks[one.use] - ranks[other.use];
}

function OutagePanel(props: {
  outage: OutageDocument;
  asOf: string;
  mayChange: boolean;
  onOpen: (open: Open) => void;
}) {
  const { outage, asOf, mayChange, onOpen } = props;
  const hasBegun = outage.from <= asOf;
  return (
    <Panel title={`${hasBegun ? 'Outage' : 'Announced outage'} of ${wayWords[outage.way]}`}>
      <Facts
        facts={[
          [hasBegun ? 'Since' : 'From', <When key="from" at={outage.from} inline />],
          [
            'Expected end',
            outage.expectedEnd === undefined ? 'not known' : <When key="end" at={outage.expectedEnd} inline />,
          ],
          ['Reason', outage.reason],
          [
            'Declared',
            <span key="by">
              by {outage.declaredBy}, <When at={outage.declaredAt} inline />
            </span>,
          ],
        ]}
      />
      {mayChange ? (
        <Group gap="sm" mt="sm">
          <Button onClick={() => onOpen({ name: 'end', outage })}>{hasBegun ? 'End the outage' : 'Call it off'}</Button>
          <Button variant="default" onClick={() => onOpen({ name: 'expected', outage })}>
            Change the expected end
          </Button>
        </Group>
      ) : null}
    </Panel>
  );
}

function WayCard({ way, data, isOperator }: { way: WayStanding; data: WaysDocument; isOperator: boolean }) {
  const isDown = data.outages.some((outage) => outage.way === way.way && outage.from <= data.asOf);
  const { mark, word } = markOf(way, isDown);
  const { health } = way;
  const when = (at: string | undefined) => (at === undefined ? undefined : <When at={at} inline />);
  const shared = [...data.inForce.shared, ...data.shared].find((one) => one.way === way.way);
  const isUnused = !way.isSetUp || way.use === 'off';
  return (
    <Paper
      component="section"
      withBorder
      p="md"
      className={`penstock-panel penstock-way${isUnused ? ' penstock-way-unused' : ''}`}
      aria-label={wayWords[way.way]}
    >
      <Stack gap={4}>
        <div className="penstock-way-head">
          <Title order={2} size="h4">
            {wayWords[way.way]}
          </Title>
          <span className={`penstock-outcome penstock-health-${mark}`}>{word}</span>
        </div>
        <Group gap={6}>
          <Badge variant="outline" color="gray" tt="none" className="penstock-use">
            {useWords[way.use]}
          </Badge>
          {way.dependsOn.map((name) => (
            <Badge key={name} variant="default" tt="none" fw={500}>
              {name}
            </Badge>
          ))}
        </Group>
      </Stack>
      <Text size="sm">{way.isSetUp ? way.sentence : 'The settings of the platform do not have it.'}</Text>
      {shared === undefined ? null : (
        <Text size="sm" className="penstock-outcome penstock-outcome-warned" component="p">
          It shares {shared.names.join(', ')} with {wayWords[shared.with]} and may fail with it.
        </Text>
      )}
      {isUnused ? null : (
        <Facts
          facts={[
            ['Last success', when(health.succeededAt) ?? 'none yet'],
            ['Last failure', when(health.failedAt)],
            ['Since then', health.failures > 0 ? `${health.failures} failed` : undefined],
            ['Why', isOperator ? health.failure : undefined],
            ['Refused', isOperator && health.refused ? count(health.refused) : undefined],
            ['Broken off by senders', isOperator && health.brokenOff ? count(health.brokenOff) : undefined],
            ['Reached', health.probeFailsSince === undefined ? when(health.probedAt) : undefined],
            ['Not reached since', when(health.probeFailsSince)],
            ['Why not', health.probeFailure],
            ['Waiting', health.waiting === undefined ? undefined : waitingWords(health.waiting)],
            ['The oldest since', when(health.oldestWaitingAt)],
          ]}
        />
      )}
    </Paper>
  );
}

function waitingWords(count: number): string {
  return count === 0 ? 'nothing' : `${count.toLocaleString('en-GB')} ${count === 1 ? 'file' : 'files'}`;
}
