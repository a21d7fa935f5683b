import { Button, Group, List, Stack, Text, VisuallyHidden } from '@mantine/core';
import { endedSchema, type SessionDocument, sessionListSchema } from '@penstock/api/schemas';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ask } from '../api/call.ts';
import { useSession } from '../session/me.ts';
import { useChange } from '../shared/changing.tsx';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { Loading } from '../shared/states.tsx';
import { When } from '../shared/when.tsx';
import { browserName } from './browser-name.ts';

/** Each browser in which one is signed in: it can be ended, and all at once. */
export function Sessions() {
  const { acting } = useSession();
  const queryClient = useQueryClient();
  const sessions = useQuery({
    queryKey: ['sessions'],
    queryFn: ({ signal }) => ask(sessionListSchema, '/me/sessions', { caller: { acting }, signal }),
  });
  const ending = useChange(endedSchema, ['sessions']);
  const leaving = useChange(endedSchema, []);

  async function leave() {
    const left = await leaving.change('/me/sign-out-everywhere', { method: 'POST' });
    if (left === undefined) return;
    queryClient.clear();
    sessionStorage.clear();
    window.location.assign('/');
  }

  if (sessions.isPending) return <Loading what="your sessions" />;
  if (sessions.isError) {
    return <FailureSummary words={wordsOf(sessions.error)} onRetry={() => void sessions.refetch()} />;
  }
  return (
    <Stack gap="md">
      {ending.summary}
      {leaving.summary}
      <List listStyleType="none" spacing="sm" className="penstock-entries">
        {sessions.data.items.map((session) => (
          <List.Item key={session.sessionId}>
            <Group justify="space-between" gap="sm">
              <Session session={session} />
              {session.isThis ? null : (
                <Button
                  variant="default"
                  size="xs"
                  loading={ending.isPending}
                  onClick={() => void ending.change(`/me/sessions/${session.sessionId}`, { method: 'DELETE' })}
                >
                  Sign out there
                  <VisuallyHidden>
                    : {browserName(session.browser)}, since {session.signedInAt}
                  </VisuallyHidden>
                </Button>
              )}
            </Group>
          </List.Item>
        ))}
      </List>
      <div>
        <Button variant="default" loading={leaving.isPending} onClick={() => void leave()}>
          Sign out everywhere, here too
        </Button>
      </div>
    </Stack>
  );
}

function Session({ session }: { session: SessionDocument }) {
  const { browser, address, isThis, signedInAt, usedAt } = session;
  return (
    <div>
      <Text fw={600}>
        {browserName(browser)}
        {isThis ? ' (this one)' : ''}
      </Text>
      <Text size="sm" c="dimmed">
        {address === undefined ? '' : `from ${address}, `}since <When at={signedInAt} inline />, last used{' '}
        <When at={usedAt} inline />
      </Text>
    </div>
  );
}
