import { Stack, Text, Title } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { useSession } from '../session/me.ts';
import { PageTitle } from '../shared/page-title.tsx';
import { NoRight } from '../shared/states.tsx';
import { Views } from '../shared/views.tsx';
import { Parties } from './parties.tsx';
import { UserIds } from './user-ids.tsx';

/** Who takes part, and under which User IDs in which roles. */
export function DirectoryPage() {
  const { me } = useSession();
  const { tab } = useSearch({ from: '/directory' });
  const shown = tab === 'user-ids' ? 'user-ids' : 'parties';
  if (!me.permissions.includes('directory.see')) return <NoRight page="Parties and User IDs" what="Parties" />;
  return (
    <Stack gap="md" maw={1200}>
      <PageTitle title="Parties" />
      <div>
        <Title order={1}>Parties and User IDs</Title>
        <Text c="dimmed">
          {me.acting.kind === 'operator'
            ? 'Who takes part in the network, and under which User IDs in which roles.'
            : 'What the Operator has registered of you.'}
        </Text>
      </div>
      <Views
        label="Of the directory"
        views={[
          ['parties', 'Parties'],
          ['user-ids', 'User IDs'],
        ]}
        shown={shown}
      />
      {shown === 'parties' ? <Parties /> : <UserIds />}
    </Stack>
  );
}
