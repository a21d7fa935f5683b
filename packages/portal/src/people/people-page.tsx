import { Stack, Text, Title } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { useSession } from '../session/me.ts';
import { PageTitle } from '../shared/page-title.tsx';
import { NoRight } from '../shared/states.tsx';
import { Views } from '../shared/views.tsx';
import { Activity } from './activity.tsx';
import { Approvals } from './approvals.tsx';
import { Invitations } from './invitations.tsx';
import { PeopleList } from './people-list.tsx';
import { Readings } from './readings.tsx';

/** Each with the right that it takes. */
const views = [
  ['people', 'People', 'people.see'],
  ['invitations', 'Open invitations', 'people.see'],
  ['approvals', 'Approvals', 'people.see'],
  ['activity', 'Activity', 'activity.see'],
  ['readings', 'Who read a record', 'readings.see'],
] as const;

/** Who may act for the User ID, or for the Operator and everybody; what was done about it. */
export function PeoplePage() {
  const { me } = useSession();
  const { tab } = useSearch({ from: '/people' });
  const seen = views.filter(([, , right]) => me.permissions.includes(right));
  const shown = seen.find(([name]) => name === tab) ?? seen[0];
  if (shown === undefined) return <NoRight page="People" what="people" />;
  return (
    <Stack gap="md" maw={1200}>
      <PageTitle title="People" />
      <div>
        <Title order={1}>People</Title>
        <Text c="dimmed">
          {me.acting.kind === 'operator'
            ? 'Who may act for the Operator and for each User ID.'
            : `Who may act for ${me.acting.party.name} as ${me.acting.userIds[0] ?? ''}.`}
        </Text>
      </div>
      <Views label="Of people" views={seen.map(([name, words]) => [name, words])} shown={shown[0]} />
      {shown[0] === 'people' ? <PeopleList /> : null}
      {shown[0] === 'invitations' ? <Invitations /> : null}
      {shown[0] === 'approvals' ? <Approvals /> : null}
      {shown[0] === 'activity' ? <Activity /> : null}
      {shown[0] === 'readings' ? <Readings /> : null}
    </Stack>
  );
}
