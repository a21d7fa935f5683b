import { Stack, Text, Title } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { type Gated, ReasonGate } from '../messages/record-gate.tsx';
import { useSession } from '../session/me.ts';
import { PageTitle } from '../shared/page-title.tsx';
import { NoRight } from '../shared/states.tsx';
import { Views } from '../shared/views.tsx';
import { Exports } from './exports.tsx';
import { Looks } from './looks.tsx';
import { Switches } from './switches.tsx';

/** Each with the right that it takes. */
const views = [
  ['looks', 'Who looked', 'lookups.see'],
  ['switches', 'What titles show', 'switches.see'],
  ['exports', 'Exports', 'record.see'],
] as const;

/** Before the exports of a User's record. */
const gate: Gated = {
  head: (
    <Text>
      An export has the record of a User, which is its own. Say whose you need and why; the reason is recorded, and the
      User’s administrator can see it.
    </Text>
  ),
  whose: 'Whose record',
  button: 'Show the exports',
};

/** What belongs to the audit trail as a whole; the titles of a device stand on the device's page. */
export function AuditTrailPage() {
  const { me } = useSession();
  const { tab, user } = useSearch({ from: '/audit-trail' });
  const seen = views.filter(([, , right]) => me.permissions.includes(right));
  const shown = seen.find(([name]) => name === tab) ?? seen[0];
  if (shown === undefined) return <NoRight page="Audit trail" what="the audit trail" />;
  return (
    <Stack gap="md" maw={1200}>
      <PageTitle title="Audit trail" />
      <div>
        <Title order={1}>Audit trail</Title>
        <Text c="dimmed">
          Whoever is responsible for a device sees the titles of everybody’s messages to and from it, on the device’s
          page.
        </Text>
      </div>
      <Views label="Of the audit trail" views={seen.map(([name, words]) => [name, words])} shown={shown[0]} />
      {shown[0] === 'looks' ? <Looks /> : null}
      {shown[0] === 'switches' ? <Switches /> : null}
      {shown[0] === 'exports' ? (
        <ReasonGate user={user} of={gate}>
          {(caller) => <Exports caller={caller} user={user} />}
        </ReasonGate>
      ) : null}
    </Stack>
  );
}
