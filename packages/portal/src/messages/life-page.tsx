import { Anchor, Group, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import type { MessageLifeDocument } from '@penstock/api/schemas';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense } from 'react';
import type { Caller } from '../api/call.ts';
import { DeviceLink } from '../devices/device-link.tsx';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { PageTitle } from '../shared/page-title.tsx';
import { Loading } from '../shared/states.tsx';
import { formatDuration } from '../shared/time.ts';
import { UserName } from '../shared/user-name.tsx';
import { When } from '../shared/when.tsx';
import { type LifeStep, stepsOf } from './life.ts';
import { Outcome } from './outcome.tsx';
import { lifeQuery } from './record.ts';
import { RecordGate } from './record-gate.tsx';
import { kindWords, type MessageSearch } from './search.ts';
import { Why } from './why.tsx';

// of alerts alone, which are few: not in what every page loads first
const Causes = lazy(() => import('../audit-trail/causes.tsx'));

/** One message's whole life. */
export function LifePage() {
  const search = useSearch({ from: '/messages/$day/$sequence' });
  const { day, sequence } = useParams({ from: '/messages/$day/$sequence' });
  return (
    <>
      <PageTitle title="One message" />
      <RecordGate search={search}>
        {(caller) => <Life caller={caller} search={search} position={`${day}/${sequence}`} />}
      </RecordGate>
    </>
  );
}

function Life({ caller, search, position }: { caller: Caller; search: MessageSearch; position: string }) {
  const life = useQuery(lifeQuery(caller, position, search.user));
  return (
    <Stack gap="lg" maw={1040}>
      <Anchor size="sm" renderRoot={(props) => <Link to="/messages" search={search} {...props} />}>
        Back to the messages
      </Anchor>
      {life.data === undefined ? <Title order={1}>One message</Title> : null}
      {life.isPending ? <Loading what="the message" /> : null}
      {life.isError ? <FailureSummary words={wordsOf(life.error)} onRetry={() => void life.refetch()} /> : null}
      {life.data === undefined ? null : <LifeShown caller={caller} life={life.data} search={search} />}
    </Stack>
  );
}

function LifeShown(props: { caller: Caller; life: MessageLifeDocument; search: MessageSearch }) {
  const { caller, life, search } = props;
  return (
    <>
      <Group gap="sm" align="center">
        <Title order={1}>{kindWords[life.kind]}</Title>
        <Outcome verdict={life.verdict} />
      </Group>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <section aria-labelledby="life-steps">
          <Title order={2} size="h4" id="life-steps" mb="sm">
            Its life
          </Title>
          <ol className="penstock-steps">
            {stepsOf(life).map((step) => (
              <Step
                key={`${step.position ?? ''} ${step.title}`}
                step={step}
                begin={life.related[0] === undefined ? life.recordedAt : firstOf(life)}
                search={search}
              />
            ))}
          </ol>
        </section>
        <section aria-labelledby="life-facts">
          <Title order={2} size="h4" id="life-facts" mb="sm">
            What it is
          </Title>
          <Paper withBorder p="md" className="penstock-panel">
            <Facts life={life} search={search} />
          </Paper>
        </section>
        <Why caller={caller} position={life.position} user={search.user} />
      </SimpleGrid>
      {life.kind === 'device_alert' || life.kind === 'dcc_alert' ? (
        <Suspense fallback={<Loading what="what came before it" />}>
          <Causes caller={caller} position={life.position} search={search} />
        </Suspense>
      ) : null}
    </>
  );
}

function identifier(text: string) {
  return <span className="penstock-identifier">{text}</span>;
}

/** When the oldest message of the RequestID was recorded: what the waits are counted from. */
function firstOf(life: MessageLifeDocument): string {
  return [life.recordedAt, ...life.related.map(({ recordedAt }) => recordedAt)].sort()[0] ?? life.recordedAt;
}

function Step({ step, begin, search }: { step: LifeStep; begin: string; search: MessageSearch }) {
  const [day = '', sequence = ''] = step.position?.split('/') ?? [];
  const after = step.at === undefined ? 0 : Date.parse(step.at) - Date.parse(begin);
  return (
    <li className={`penstock-step penstock-step-${step.state}`}>
      <Text fw={650}>{step.title}</Text>
      {step.at === undefined ? null : (
        <Text size="sm">
          <When at={step.at} inline />
          {after > 0 ? <span className="penstock-after"> {formatDuration(after)} after the beginning</span> : null}
        </Text>
      )}
      <Text size="sm">{step.words}</Text>
      {step.position === undefined ? null : (
        <Anchor
          size="sm"
          renderRoot={(props) => (
            <Link to="/messages/$day/$sequence" params={{ day, sequence }} search={search} {...props} />
          )}
        >
          Open this message
        </Anchor>
      )}
    </li>
  );
}

function Facts({ life, search }: { life: MessageLifeDocument; search: MessageSearch }) {
  const { for: acting, user } = search;
  const onlyThese = (conditions: Partial<MessageSearch>, words: string) => (
    <Anchor
      renderRoot={(props) => <Link to="/messages" search={{ for: acting, user, ...conditions }} {...props} />}
      className="penstock-identifier"
    >
      {words}
    </Anchor>
  );
  const devices = life.devices.map((device) => (
    <div key={device}>
      <DeviceLink device={device} />
    </div>
  ));
  const facts: [string, ReactNode][] = [
    ['User ID', <UserName key="user" userId={life.userId} inline />],
    ['Direction', life.direction === 'southbound' ? 'to the network' : 'to the User'],
    [
      'Service (SRV)',
      life.serviceReferenceVariant && onlyThese({ srv: life.serviceReferenceVariant }, life.serviceReferenceVariant),
    ],
    ['Command variant', life.commandVariant],
    ['Code', life.code],
    ['RequestID', life.requestId && onlyThese({ request: life.requestId }, life.requestId)],
    ['Target', identifier(life.target)],
    ['Devices concerned', devices.length === 0 ? undefined : devices],
    ['Size', `${life.size.toLocaleString('en-GB')} bytes`],
    ['SHA-256', identifier(life.sha256)],
    ['Position in the record', life.position],
  ];
  return (
    <dl className="penstock-facts">
      {facts.map(([name, value]) =>
        value === undefined || value === '' ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
