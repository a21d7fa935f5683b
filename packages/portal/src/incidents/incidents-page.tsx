import { Button, Group, NativeSelect, Stack, Text, Title } from '@mantine/core';
import { type IncidentDocument, incidentPageSchema, incidentTeams } from '@penstock/api/schemas';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useSession } from '../session/me.ts';
import { ListHead } from '../shared/list-head.tsx';
import { PageTitle } from '../shared/page-title.tsx';
import { PagedTable, usePaged } from '../shared/paged.tsx';
import { NoRight } from '../shared/states.tsx';
import { UserName } from '../shared/user-name.tsx';
import { When } from '../shared/when.tsx';
import { IncidentLink, IncidentMark } from './incident-link.tsx';
import { servicesQuery } from './queries.ts';
import { RaiseDialog } from './raise-dialog.tsx';
import { countConditions, type IncidentsSearch, queryOf } from './search.ts';
import { categoryWords, isOver, ownerWords, targetWords, teamWords } from './words.ts';

const views = [
  [undefined, 'Not over'],
  ['resolved', 'Resolved'],
  ['closed', 'Closed'],
  ['all', 'All'],
] as const;

/** What the platform saw, and what people raised. */
export function IncidentsPage() {
  const { me } = useSession();
  const search = useSearch({ from: '/incidents' });
  if (!me.permissions.includes('incidents.see')) return <NoRight page="Incidents" what="incidents" />;
  return <Incidents search={search} />;
}

function Incidents({ search }: { search: IncidentsSearch }) {
  const { me } = useSession();
  const [isRaising, setRaising] = useState(false);
  const query = queryOf(search);
  const list = usePaged<IncidentDocument, typeof incidentPageSchema>(
    'incidents',
    incidentPageSchema,
    '/incidents',
    query,
  );
  const isOperator = me.acting.kind === 'operator';
  return (
    <Stack gap="md" maw={1300}>
      <PageTitle title="Incidents" />
      <Group justify="space-between" align="flex-end" gap="sm">
        <div>
          <Title order={1}>Incidents</Title>
          <Text c="dimmed">What went wrong: as the platform sees it, and as people raise it.</Text>
        </div>
        {me.permissions.includes('incidents.change') ? (
          <Button onClick={() => setRaising(true)}>Raise an incident</Button>
        ) : null}
      </Group>
      <nav aria-label="Which incidents" className="penstock-views">
        {views.map(([wanted, words]) => (
          <Link
            key={words}
            to="/incidents"
            search={{ ...search, state: wanted }}
            aria-current={wanted === search.state ? 'page' : undefined}
          >
            {words}
          </Link>
        ))}
      </nav>
      <ListHead find="Find an incident" by="By its number, title or description." path="/incidents" query={query}>
        <Conditions search={search} isOperator={isOperator} />
      </ListHead>
      <PagedTable
        list={list}
        label="Incidents"
        columns={[['Incident', 2.6], 'Category', 'State', ['Whose', 1.2], ['Opened', 1.3], ['Target', 1.4]]}
        keyOf={({ incident }) => incident}
        empty={<None isFiltered={countConditions(search) > 0} isActive={search.state === undefined} />}
      >
        {(incident) => [
          <div key="incident">
            <IncidentLink incident={incident} />
            <Text size="xs" className="penstock-identifier">
              {incident.incident}
            </Text>
          </div>,
          <Text key="category" size="sm">
            {incident.category}
          </Text>,
          <IncidentMark key="state" state={incident.state} />,
          isOperator && !incident.isYours && incident.userId !== undefined ? (
            <UserName key="owner" userId={incident.userId} />
          ) : (
            <Text key="owner" size="sm">
              {ownerWords(incident, isOperator)}
            </Text>
          ),
          <When key="opened" at={incident.openedAt} />,
          <Target key="target" incident={incident} now={list.dataUpdatedAt} />,
        ]}
      </PagedTable>
      {isRaising ? <RaiseDialog onClose={() => setRaising(false)} /> : null}
    </Stack>
  );
}

/** The one that comes next, or that was missed. */
function Target({ incident, now }: { incident: IncidentDocument; now: number }) {
  const { state, response, resolution } = incident;
  const next = state === 'open' ? (['Response', response] as const) : (['Resolution', resolution] as const);
  const [name, target] =
    isOver(state) && response.isMissed && !resolution.isMissed ? (['Response', response] as const) : next;
  const words = `${name}: ${targetWords(target, now).toLowerCase()}`;
  return target.isMissed ? (
    <span className="penstock-outcome penstock-health-failing">{words}</span>
  ) : (
    <Text size="sm">{words}</Text>
  );
}

function Conditions({ search, isOperator }: { search: IncidentsSearch; isOperator: boolean }) {
  const { acting } = useSession();
  const navigate = useNavigate();
  const services = useQuery(servicesQuery({ acting }));
  const show = (wanted: Partial<IncidentsSearch>) =>
    void navigate({ to: '/incidents', search: { ...search, ...wanted } });
  const any = (words: string) => ({ value: '', label: words });
  return (
    <>
      <NativeSelect
        aria-label="Category"
        value={search.category ?? ''}
        data={[
          any('Any category'),
          ...Object.entries(categoryWords).map(([value, label]) => ({ value, label: `Category ${label}` })),
        ]}
        onChange={(event) =>
          show({ category: (event.currentTarget.value || undefined) as IncidentsSearch['category'] })
        }
      />
      <NativeSelect
        aria-label="Service"
        value={search.service ?? ''}
        data={[any('Any service'), ...(services.data ?? (search.service === undefined ? [] : [search.service]))]}
        onChange={(event) => show({ service: event.currentTarget.value || undefined })}
      />
      {isOperator ? (
        <NativeSelect
          aria-label="Who has it"
          value={search.team ?? ''}
          data={[any('Whoever has it'), ...incidentTeams.map((value) => ({ value, label: teamWords[value] }))]}
          onChange={(event) => show({ team: (event.currentTarget.value || undefined) as IncidentsSearch['team'] })}
        />
      ) : null}
      <NativeSelect
        aria-label="Targets"
        value={search.missed ?? ''}
        data={[any('Any target'), { value: 'true', label: 'A target was missed' }]}
        onChange={(event) => show({ missed: event.currentTarget.value === 'true' ? 'true' : undefined })}
      />
    </>
  );
}

function None({ isFiltered, isActive }: { isFiltered: boolean; isActive: boolean }) {
  const words = isActive ? 'No incident is open.' : 'There is no incident here.';
  return (
    <>
      <Text fw={650}>{isFiltered ? 'No incident meets these conditions.' : words}</Text>
      <Text c="dimmed">When messages are held, or wait and are not taken, an incident stands here by itself.</Text>
    </>
  );
}
