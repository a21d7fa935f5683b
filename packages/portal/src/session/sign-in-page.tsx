import { Group, Paper, Stack, Text, Title } from '@mantine/core';
import emblem from '../app/penstock.svg';
import { PageTitle } from '../shared/page-title.tsx';
import { SignInForm } from './sign-in-form.tsx';

/** Stands at whatever address was opened, so that signing in leads where the link leads. */
export function SignInPage({ onDone }: { onDone: () => void }) {
  return (
    <main className="penstock-gate">
      <PageTitle title="Sign in" />
      <Stack w="100%" maw={460} gap="lg">
        <Group gap="sm" wrap="nowrap">
          <img src={emblem} alt="" width={44} height={44} />
          <div>
            <Title order={1} size="h2">
              Penstock
            </Title>
            <Text c="dimmed">The gate and the window of the smart metering network</Text>
          </div>
        </Group>
        <Paper withBorder p={{ base: 'md', sm: 'xl' }} className="penstock-panel">
          <SignInForm onDone={onDone} />
        </Paper>
        <Text size="sm" c="dimmed">
          You have no account? An administrator of your organisation invites you.
        </Text>
      </Stack>
    </main>
  );
}
