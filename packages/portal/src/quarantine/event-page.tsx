import { Anchor, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import type { QuarantineLife } from '@penstock/api/schemas';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { useSession } from '../session/me.ts';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { PageTitle } from '../shared/page-title.tsx';
import { Facts, Loading, NoRight, Panel } from '../shared/states.tsx';
import { UserName } from '../shared/user-name.tsx';
import { When } from '../shared/when.tsx';
import { count } from '../thresholds/words.ts';
import { Affected } from './affected.tsx';
import { EventWork } from './event-work.tsx';
import { HeldSection } from './held-section.tsx';
import { EventState } from './quarantine-page.tsx';
import { affectedQuery, eventQuery } from './queries.ts';
import { Releases } from './releases.tsx';
import { detectorWords, nextWords, reasonWords } from './words.ts';

/** One event: what the service desk and the User need to resolve it. */
export function EventPage() {
  const { me, acting } = useSession();
  const { event } = useParams({ from: '/quarantine/$event' });
  const search = useSearch({ from: '/quarantine/$event' });
  const isOperator = me.acting.kind === 'operator';
  const maySee = me.permissions.includes('quarantine.see');
  const userId = isOperator ? search.user : undefined;
  const life = useQuery({ ...eventQuery({ acting }, event, userId), enabled: maySee });
  if (!maySee) return <NoRight page="Quarantine" what="quarantine events" />;
  return (
    <Stack gap="lg" maw={1200}>
      <PageTitle title={`Quarantine event ${event}`} />
      <Anchor
        size="sm"
        renderRoot={(props) => <Link to="/quarantine" search={(before) => ({ for: before.for })} {...props} />}
      >
        Back to the quarantine
      </Anchor>
      <div>
        <Group gap="sm" align="center">
          <Title order={1}>Event {event}</Title>
          {life.data === undefined ? null : <EventState state={life.data.state} />}
        </Group>
        {life.data === undefined ? null : <Text>{nextWords(life.data)}</Text>}
      </div>
      {life.isPending ? <Loading what="the event" /> : null}
      {life.isError ? <FailureSummary words={wordsOf(life.error)} onRetry={() => void life.refetch()} /> : null}
      {life.data === undefined ? null : <EventShown life={life.data} userId={userId} isOperator={isOperator} />}
    </Stack>
  );
}

function EventShown(props: { life: QuarantineLife; userId: string | undefined; isOperator: boolean }) {
  const { life, userId, isOperator } = props;
  const { acting } = useSession();
  const affected = useQuery(affectedQuery({ acting }, life.event, userId));
  return (
    <>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        <Panel title="What happened">
          <Text fw={650}>{reasonWords(life.words)}</Text>
          <Text size="sm" mb="sm">
            {detectorWords(life.detector, isOperator)}
          </Text>
          <Facts
            facts={[
              ['Held', `${count(life.held)}, of which ${count(life.undecided)} undecided`],
              ['Deleted at once', life.deleted === 0 ? undefined : `${count(life.deleted)} SMETS1 requests`],
              [
                'Oldest undecided',
                affected.data?.oldestUndecidedAt && <When at={affected.data.oldestUndecidedAt} inline />,
              ],
              ['First held', <When key="first" at={life.firstAt} inline />],
              ['Last held', <When key="last" at={life.lastAt} inline />],
              ['Messages', life.direction === 'southbound' ? 'to the network' : 'from the network'],
              ['User', <UserName key="user" userId={life.userId} inline />],
            ]}
          />
        </Panel>
        <Panel title="Whom to call">
          <Contacts life={life} isOperator={isOperator} />
        </Panel>
      </SimpleGrid>
      <Panel title="What it affects">
        {affected.isPending ? <Loading what="what it affects" /> : null}
        {affected.isError ? (
          <FailureSummary words={wordsOf(affected.error)} onRetry={() => void affected.refetch()} />
        ) : null}
        {affected.data === undefined ? null : <Affected affected={affected.data} />}
      </Panel>
      <Releases event={life.event} userId={userId} />
      <EventWork life={life} userId={userId} />
      <HeldSection life={life} affected={affected.data} isOperator={isOperator} />
    </>
  );
}

function Contacts({ life, isOperator }: { life: QuarantineLife; isOperator: boolean }) {
  const { officers, desk } = life.contacts;
  return (
    <Stack gap="sm">
      <Text size="sm">
        {isOperator ? 'The User’s officers alone decide' : 'Your officers alone decide'} what becomes of these messages.
      </Text>
      {officers.length === 0 ? (
        <Text fw={650} className="penstock-outcome penstock-health-waiting">
          No officer can sign now: none is registered, or every certificate has ended. Somebody has to register one
          before anything can be decided.
        </Text>
      ) : (
        <ul className="penstock-why">
          {officers.map(({ name, email, telephone }) => (
            <li key={email}>
              <b>{name}</b>
              <br />
              {telephone === undefined ? (
                'no telephone number is known'
              ) : (
                <Anchor href={`tel:${telephone.replaceAll(/[ -]/g, '')}`}>{telephone}</Anchor>
              )}
              <br />
              <Anchor href={`mailto:${email}`}>{email}</Anchor>
            </li>
          ))}
        </ul>
      )}
      <Text size="sm">
        The Operator’s service desk:{' '}
        {desk === undefined ? 'the Operator has not said how it is reached (setting operator.desk).' : <b>{desk}</b>}
      </Text>
    </Stack>
  );
}
