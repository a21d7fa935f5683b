import { Anchor, Group, Stack, Text, Title } from '@mantine/core';
import type { IncidentDocument } from '@penstock/api/schemas';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { useSession } from '../session/me.ts';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { PageTitle } from '../shared/page-title.tsx';
import { withPeriods } from '../shared/periods.ts';
import { Facts, Loading, NoRight, Panel } from '../shared/states.tsx';
import { UserName } from '../shared/user-name.tsx';
import { Views } from '../shared/views.tsx';
import { When } from '../shared/when.tsx';
import { ChangesTab } from './changes-tab.tsx';
import { Deeds } from './deeds.tsx';
import { IncidentLink, IncidentMark } from './incident-link.tsx';
import { incidentQuery } from './queries.ts';
import { UpdatesTab } from './updates-tab.tsx';
import { ownerWords, targetWords, teamWords } from './words.ts';

/** One incident, as its reader may see it. */
export function IncidentPage() {
  const { incident } = useParams({ from: '/incidents/$incident' });
  const { me, acting } = useSession();
  const may = me.permissions.includes('incidents.see');
  const asked = useQuery({ ...incidentQuery({ acting }, incident), enabled: may });
  if (!may) return <NoRight page="Incident" what="incidents" />;
  if (asked.data !== undefined) return <Whole incident={asked.data} now={asked.dataUpdatedAt} />;
  return (
    <Stack gap="md" maw={900}>
      <PageTitle title="Incident" />
      <Title order={1}>Incident</Title>
      {asked.isError ? (
        <FailureSummary words={wordsOf(asked.error)} onRetry={() => void asked.refetch()} />
      ) : (
        <Loading what="the incident" />
      )}
    </Stack>
  );
}

const tabs = [
  ['updates', 'Updates'],
  ['changes', 'Changes'],
] as const;

function Whole({ incident, now }: { incident: IncidentDocument; now: number }) {
  const { tab = 'updates' } = useSearch({ from: '/incidents/$incident' });
  const isOperator = useSession().me.acting.kind === 'operator';
  const { title, state, words, userId } = incident;
  return (
    <Stack gap="md" maw={1100}>
      <PageTitle title={title} />
      <div>
        <Text size="sm" c="dimmed">
          Incident {incident.incident}, category {incident.category}
        </Text>
        <Title order={1}>{withPeriods(title)}</Title>
        <Group gap="md" mt={4}>
          <IncidentMark state={state} />
          <Text size="sm">
            {isOperator && userId !== undefined && !incident.isYours ? null : `${ownerWords(incident, isOperator)} `}
            {userId === undefined ? null : <UserName userId={userId} inline />}
          </Text>
          {incident.escalation > 0 ? (
            <Text size="sm">Escalated {incident.escalation === 1 ? 'once' : `${incident.escalation} times`}</Text>
          ) : null}
        </Group>
      </div>
      {incident.isCauseStanding ? (
        <Text size="sm">What opened it is still so: it is resolved when the platform does not see it any more.</Text>
      ) : null}
      <Deeds incident={incident} />
      <Panel title="How it stands">
        {words === undefined ? null : (
          <Text className="penstock-written" mb="sm">
            {words}
          </Text>
        )}
        <Facts
          facts={[
            ['Taken up', <Target key="response" target={incident.response} now={now} />],
            ['Resolved', <Target key="resolution" target={incident.resolution} now={now} />],
            ['Began', <When key="began" at={incident.beganAt} inline />],
            [
              'Opened',
              <span key="opened">
                <When at={incident.openedAt} inline />, by {incident.openedBy}
              </span>,
            ],
            ['Services', incident.affected.services.join(', ')],
            ['SRVs', incident.affected.srvs.join(', ')],
            ['Device models', incident.affected.deviceModels.join(', ')],
            ['Regions', incident.affected.regions.join(', ')],
            ['Has it', assignedWords(incident)],
            ['Cause', incident.closing],
            ['Seen by the platform', <Cause key="cause" incident={incident} />],
            [
              'Again',
              incident.repeats === undefined ? undefined : (
                <IncidentLink key="again" incident={{ incident: incident.repeats, title: incident.repeats }} />
              ),
            ],
            ['Interested Parties', incident.readers?.length ? incident.readers.join(', ') : undefined],
          ]}
        />
      </Panel>
      <Views label="Of this incident" views={tabs} shown={tab} />
      {tab === 'changes' ? <ChangesTab incident={incident} /> : <UpdatesTab incident={incident} />}
    </Stack>
  );
}

function assignedWords({ assigned }: IncidentDocument): string {
  if (assigned === undefined) return 'Nobody yet';
  return assigned.person === undefined ? teamWords[assigned.team] : `${teamWords[assigned.team]}: ${assigned.person}`;
}

function Target({ target, now }: { target: IncidentDocument['response']; now: number }) {
  return (
    <span className={target.isMissed ? 'penstock-outcome penstock-health-failing' : ''}>
      <span>
        {targetWords(target, now)}, by <When at={target.by} inline />
      </span>
    </span>
  );
}

/** Where what the platform saw is looked at. */
function Cause({ incident: { cause, userId } }: { incident: IncidentDocument }) {
  const { me } = useSession();
  const user = me.acting.kind === 'operator' ? userId : undefined;
  if (cause === undefined) return 'No';
  if (cause.kind === 'quarantine') {
    return (
      <Anchor
        renderRoot={(props) => (
          <Link
            to="/quarantine/$event"
            params={{ event: cause.event }}
            search={({ for: acting }: { for?: string | undefined }) => ({ for: acting, user })}
            {...props}
          />
        )}
      >
        {`Event ${cause.event}`}
      </Anchor>
    );
  }
  const [to, words] =
    cause.kind === 'stream' ? (['/streams', 'The streams'] as const) : (['/ways', 'The ways'] as const);
  return (
    <Anchor
      renderRoot={(props) => (
        <Link to={to} search={({ for: acting }: { for?: string | undefined }) => ({ for: acting })} {...props} />
      )}
    >
      {words}
    </Anchor>
  );
}
