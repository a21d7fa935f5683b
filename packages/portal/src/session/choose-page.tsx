import { Group, Paper, Stack, Text, Title } from '@mantine/core';
import type { Choice } from '@penstock/api/schemas';
import { Link } from '@tanstack/react-router';
import { PageTitle } from '../shared/page-title.tsx';
import { choiceWords } from './choices.ts';
import { FindChoice } from './find-choice.tsx';
import { actingOf } from './me.ts';
import { SignOutButton } from './sign-out.tsx';

/** Asked of whoever may act for several; the answer goes into the address. */
export function ChoosePage({ choices }: { choices: readonly Choice[] }) {
  return (
    <main className="penstock-gate">
      <PageTitle title="For whom do you act?" />
      <Stack w="100%" maw={520} gap="md">
        <Title order={1} size="h2">
          For whom do you act?
        </Title>
        <Text c="dimmed">The page always says it, and you can change it at any time.</Text>
        <FindChoice choices={choices}>
          {(choice) => (
            <Paper
              withBorder
              p="md"
              className="penstock-panel penstock-choice"
              renderRoot={(props) => (
                <Link to="." search={(search: object) => ({ ...search, for: actingOf(choice) })} {...props} />
              )}
            >
              <Text fw={650}>{choice.party.name}</Text>
              <Text size="sm" c="dimmed">
                {choiceWords(choice)}
              </Text>
            </Paper>
          )}
        </FindChoice>
        <Group>
          <SignOutButton />
        </Group>
      </Stack>
    </main>
  );
}
