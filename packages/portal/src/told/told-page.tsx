import { Stack, Text, Title } from '@mantine/core';
import { useSession } from '../session/me.ts';
import { PageTitle } from '../shared/page-title.tsx';
import { Panel } from '../shared/states.tsx';
import { Calendars } from './calendars.tsx';
import { Choices } from './choices.tsx';
import { Webhooks } from './webhooks.tsx';

/** How the person is told, and the machines of those for whom it acts. */
export function ToldPage() {
  const { me } = useSession();
  const may = (right: string) => me.permissions.includes(right);
  return (
    <Stack gap="lg" maw={980}>
      <PageTitle title="How I am told" />
      <div>
        <Title order={1}>How I am told</Title>
        <Text c="dimmed">
          Yours, for {me.acting.party.name}: what others choose for themselves is theirs. Webhooks are for all who act
          for it.
        </Text>
      </div>
      {may('told.change') ? (
        <Panel title="Notices">
          <Choices />
        </Panel>
      ) : null}
      {may('feeds.change') ? (
        <Panel title="Calendars">
          <Calendars />
        </Panel>
      ) : null}
      {may('webhooks.see') ? (
        <Panel title="Webhooks">
          <Webhooks />
        </Panel>
      ) : null}
    </Stack>
  );
}
