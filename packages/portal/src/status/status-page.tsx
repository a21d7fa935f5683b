import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import {
  type StatusDocument,
  type StatusEntry,
  statusHistorySchema,
  statusSubscriptionSchema,
} from '@penstock/api/schemas';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { statusQuery, subscriptionQuery } from '../incidents/queries.ts';
import { ServicesField } from '../incidents/services-field.tsx';
import { useSession } from '../session/me.ts';
import { useChange } from '../shared/changing.tsx';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { useChecked } from '../shared/form.tsx';
import { FormDialog } from '../shared/form-dialog.tsx';
import { PageTitle } from '../shared/page-title.tsx';
import { PagedTable, usePaged } from '../shared/paged.tsx';
import { Empty, Loading, NoRight, Panel } from '../shared/states.tsx';
import { When } from '../shared/when.tsx';
import { entryWords, impactWords, serviceMarks, serviceWords, summaryOf } from './words.ts';

/** How the services stand, what is wrong with them, what is planned, and what was: the same for all Users. */
export function StatusPage() {
  const { me, acting } = useSession();
  const may = me.permissions.includes('status.see');
  const asked = useQuery({ ...statusQuery({ acting }), enabled: may });
  if (!may) return <NoRight page="Status" what="the status page" />;
  return (
    <Stack gap="md" maw={1000}>
      <PageTitle title="Status" />
      <Group justify="space-between" align="flex-end" gap="sm">
        <div>
          <Title order={1}>Status</Title>
          <Text c="dimmed">
            {asked.data === undefined ? 'How the services stand.' : summaryOf(asked.data.services)}
          </Text>
        </div>
        {me.permissions.includes('status.change') ? <Subscription /> : null}
      </Group>
      {asked.isPending ? <Loading what="the status" /> : null}
      {asked.isError ? <FailureSummary words={wordsOf(asked.error)} onRetry={() => void asked.refetch()} /> : null}
      {asked.data === undefined ? null : <Now status={asked.data} />}
      {asked.data === undefined ? null : <History />}
    </Stack>
  );
}

function Now({ status: { services, current, maintenance } }: { status: StatusDocument }) {
  return (
    <>
      <Panel title="Services">
        <dl className="penstock-facts">
          {services.map(({ name, state }) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <span className={`penstock-outcome penstock-health-${serviceMarks[state]}`}>{serviceWords[state]}</span>
              </dd>
            </div>
          ))}
        </dl>
      </Panel>
      <Title order={2} size="h4">
        Now
      </Title>
      {current.length === 0 ? (
        <Empty title="Nothing is wrong.">What concerns all Users stands here while it lasts.</Empty>
      ) : (
        current.map((entry) => <Entry key={entry.entry} entry={entry} />)
      )}
      <Title order={2} size="h4">
        Planned
      </Title>
      {maintenance.length === 0 ? (
        <Empty title="Nothing is announced.">Changes of the Operator that are shared with everybody stand here.</Empty>
      ) : (
        maintenance.map(({ change, title, services: its, isUnderWay, occurrences: [first, ...more] }) => (
          <Paper key={change} component="article" withBorder p="md" className="penstock-panel" aria-label={title}>
            <Text fw={650}>{title}</Text>
            <Text size="sm">
              {isUnderWay ? 'Under way. ' : ''}
              {first === undefined ? null : (
                <>
                  <When at={first.from} inline toMinute /> to <When at={first.to} inline toMinute />
                </>
              )}
              {more.length > 0 ? `, and ${more.length} times more` : ''}. {its.join(', ')}
            </Text>
          </Paper>
        ))
      )}
    </>
  );
}

function Entry({ entry }: { entry: StatusEntry }) {
  const { title, impact, services, state, beganAt, updates } = entry;
  return (
    <Paper component="article" withBorder p="md" className="penstock-panel" aria-label={title}>
      <Text fw={650}>{title}</Text>
      <Text size="sm" c="dimmed">
        {impactWords[impact]}: {services.join(', ')}. {entryWords[state]}, since <When at={beganAt} inline toMinute />
      </Text>
      <ul className="penstock-why">
        {updates.map(({ number, at, words }) => (
          <li key={number}>
            <When at={at} inline toMinute /> <span className="penstock-written">{words}</span>
          </li>
        ))}
      </ul>
    </Paper>
  );
}

function History() {
  const list = usePaged<StatusEntry, typeof statusHistorySchema>(
    'status-history',
    statusHistorySchema,
    '/status/history',
  );
  return (
    <>
      <Title order={2} size="h4">
        What was
      </Title>
      <PagedTable
        list={list}
        label="History"
        columns={[
          ['What', 2.4],
          ['Services', 1.6],
          ['From', 1.3],
          ['To', 1.3],
        ]}
        keyOf={({ entry }) => entry}
        empty={<Text>Nothing that was told to all Users is over yet.</Text>}
      >
        {({ title, impact, services, beganAt, resolvedAt, updates }) => [
          <div key="what">
            <Text size="sm" fw={650}>
              {title}
            </Text>
            <Text size="xs" c="dimmed">
              {impactWords[impact]}. {updates.length === 1 ? '1 update' : `${updates.length} updates`}
            </Text>
          </div>,
          <Text key="services" size="sm">
            {services.join(', ')}
          </Text>,
          <When key="from" at={beganAt} toMinute />,
          resolvedAt === undefined ? null : <When key="to" at={resolvedAt} toMinute />,
        ]}
      </PagedTable>
    </>
  );
}

/** Whether the User ID gets a notice of each update. */
function Subscription() {
  const { acting } = useSession();
  const asked = useQuery(subscriptionQuery({ acting }));
  const [isOpen, setOpen] = useState(false);
  if (asked.data === undefined) return null;
  const { isSubscribed, services } = asked.data;
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        {isSubscribed ? 'Subscribed' : 'Subscribe'}
      </Button>
      {isOpen ? (
        <SubscriptionDialog before={services} isSubscribed={isSubscribed} onClose={() => setOpen(false)} />
      ) : null}
    </>
  );
}

function SubscriptionDialog(props: { before: readonly string[]; isSubscribed: boolean; onClose: () => void }) {
  const { before, isSubscribed, onClose } = props;
  const [services, setServices] = useState([...before]);
  const subscribing = useChange(statusSubscriptionSchema, ['status-subscription']);
  const put = async (wanted: boolean) => {
    const body = { isSubscribed: wanted, services: wanted ? services : [] };
    if ((await subscribing.change('/status/subscription', { method: 'PUT', body })) !== undefined) onClose();
  };
  const checked = useChecked({}, () => void put(true));
  return (
    <FormDialog
      title="Be told of the status"
      submit="Subscribe"
      checked={checked}
      changing={subscribing}
      onClose={onClose}
    >
      <Text>Your User ID gets a notice of each update. Choose services, or none of them for all.</Text>
      <ServicesField label="Services" services={services} onChange={setServices} />
      {isSubscribed ? (
        <div>
          <Button variant="subtle" onClick={() => void put(false)}>
            End the subscription
          </Button>
        </div>
      ) : null}
    </FormDialog>
  );
}
