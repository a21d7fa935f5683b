import { Stack, Text, Title } from '@mantine/core';
import { accountSchema } from '@penstock/api/schemas';
import { useQuery } from '@tanstack/react-query';
import { ask } from '../api/call.ts';
import { useSession } from '../session/me.ts';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { PageTitle } from '../shared/page-title.tsx';
import { Loading, Panel } from '../shared/states.tsx';
import { Passkeys } from './passkeys.tsx';
import { PasswordForm } from './password-form.tsx';
import { Sessions } from './sessions.tsx';

/** The person's own: where it is signed in, and by what it proves who it is. */
export function AccountPage() {
  const { me, acting } = useSession();
  const account = useQuery({
    queryKey: ['account'],
    queryFn: ({ signal }) => ask(accountSchema, '/me/account', { caller: { acting }, signal }),
  });
  const { name, email } = me.person;
  return (
    <Stack gap="lg" maw={860}>
      <PageTitle title="Your account" />
      <div>
        <Title order={1}>Your account</Title>
        <Text c="dimmed">
          {name}, {email}
        </Text>
      </div>
      <Panel title="Where you are signed in">
        <Sessions />
      </Panel>
      {account.isPending ? <Loading what="how you sign in" /> : null}
      {account.isError ? (
        <FailureSummary words={wordsOf(account.error)} onRetry={() => void account.refetch()} />
      ) : null}
      {account.isSuccess ? (
        <>
          <Panel title="Passkeys">
            <Passkeys account={account.data} />
          </Panel>
          <Panel title="Password">
            {account.data.hasPassword ? (
              <PasswordForm email={email} />
            ) : (
              <Text>You have no password, and need none.</Text>
            )}
          </Panel>
          <Panel title="Authenticator">
            <Text>
              {account.data.hasAuthenticator
                ? 'It is set up. If you lost it, an administrator resets your sign-in and gives you a link.'
                : 'None is set up; the way in which you sign in needs none.'}
            </Text>
          </Panel>
        </>
      ) : null}
    </Stack>
  );
}
