import { Button, Group, List, Stack, Text, TextInput } from '@mantine/core';
import type { AccountDocument } from '@penstock/api/schemas';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useAttempt } from '../session/attempt.ts';
import { type AuthResult, removePasskey } from '../session/auth.ts';
import { knowsPasskeys, makePasskey } from '../session/passkeys.ts';
import { FailureSummary } from '../shared/failure.tsx';
import { missing } from '../shared/faults.ts';
import { Form, useChecked } from '../shared/form.tsx';
import { When } from '../shared/when.tsx';
import { ProveAgain } from './prove-again.tsx';

/** Passkeys of the person: each signs in by itself. Who came by its organisation's sign-in has none to change. */
export function Passkeys({ account }: { account: AccountDocument }) {
  const { passkeys, provider } = account;
  const [name, setName] = useState('');
  const queryClient = useQueryClient();
  // what is tried again when the second factor was given anew
  const [waiting, setWaiting] = useState<() => Promise<void>>();
  const { attempt, isBusy, failure, tries, forget } = useAttempt();

  async function change(work: () => Promise<AuthResult<unknown>>) {
    const tried = work();
    if ((await attempt(tried)) !== undefined) {
      setName('');
      return queryClient.invalidateQueries({ queryKey: ['account'] });
    }
    const result = await tried;
    if (result.ok || result.code !== 'FRESH_FACTOR_NEEDED') return;
    forget();
    setWaiting(() => () => change(work));
  }
  const checked = useChecked(
    { name: missing(name, 'Enter a name for the new passkey.') },
    () => void change(() => makePasskey(name.trim())),
  );
  async function goOn() {
    setWaiting(undefined);
    // a passkey makes a new session in the place of this one
    await queryClient.invalidateQueries({ queryKey: ['sessions'] });
    await waiting?.();
  }

  if (provider !== undefined) {
    return (
      <Text>You signed in with {provider}, which is how you prove who you are: passkeys are not used beside it.</Text>
    );
  }
  const isLastWay = passkeys.length === 1 && !account.hasPassword;
  return (
    <Stack gap="md">
      <Text>
        {passkeys.length === 0
          ? 'With a passkey your device asks for your fingerprint, your face or its PIN, and you need neither password nor code.'
          : 'Each of these signs you in by itself.'}
      </Text>
      {failure === undefined || checked.summary !== undefined ? null : <FailureSummary key={tries} words={failure} />}
      {passkeys.length === 0 ? null : (
        <List listStyleType="none" spacing="sm" className="penstock-entries">
          {passkeys.map((passkey) => (
            <List.Item key={passkey.passkeyId}>
              <Group justify="space-between" gap="sm">
                <div>
                  <Text fw={600}>{passkey.name ?? 'A passkey'}</Text>
                  {passkey.addedAt === undefined ? null : (
                    <Text size="sm" c="dimmed">
                      added <When at={passkey.addedAt} inline />
                    </Text>
                  )}
                </div>
                {isLastWay ? (
                  <Text size="sm">your only way in</Text>
                ) : (
                  <Button
                    variant="default"
                    size="xs"
                    loading={isBusy}
                    aria-label={`Remove the passkey ${passkey.name ?? ''}`}
                    onClick={() => void change(() => removePasskey(passkey.passkeyId))}
                  >
                    Remove
                  </Button>
                )}
              </Group>
            </List.Item>
          ))}
        </List>
      )}
      {knowsPasskeys ? (
        <Form checked={checked} failure={null} label="Add a passkey">
          <Group gap="sm" align="end">
            <TextInput
              {...checked.field('name')}
              label="Name of a new passkey"
              description="By which you know it again, such as the device."
              required
              withAsterisk={false}
              maxLength={60}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <Button type="submit" loading={isBusy}>
              Add a passkey
            </Button>
          </Group>
        </Form>
      ) : (
        <Text>This browser knows no passkeys.</Text>
      )}
      {waiting === undefined ? null : (
        <ProveAgain account={account} onDone={() => void goOn()} onClose={() => setWaiting(undefined)} />
      )}
    </Stack>
  );
}
