import { Button, Group, Text, TextInput } from '@mantine/core';
import type { AccountDocument } from '@penstock/api/schemas';
import { useState } from 'react';
import { useAttempt } from '../session/attempt.ts';
import { type AuthResult, verifyCode } from '../session/auth.ts';
import { knowsPasskeys, signInWithPasskey } from '../session/passkeys.ts';
import { Dialog } from '../shared/dialog.tsx';
import { FailureSummary } from '../shared/failure.tsx';
import { codeFault } from '../shared/faults.ts';
import { Form, useChecked } from '../shared/form.tsx';

/** Asks for the second factor once more, where it was given too long ago for what is to be done. */
export function ProveAgain(props: { account: AccountDocument; onDone: () => void; onClose: () => void }) {
  const { account, onDone, onClose } = props;
  const [code, setCode] = useState('');
  const { attempt, isBusy, failure, tries } = useAttempt();
  const hasPasskey = account.passkeys.length > 0 && knowsPasskeys;

  async function prove(work: Promise<AuthResult<unknown>>) {
    const proven = await attempt(work);
    setCode('');
    if (proven !== undefined) onDone();
  }
  const checked = useChecked({ code: codeFault(code) }, () => void prove(verifyCode(code.replaceAll(/\s/g, ''))));

  return (
    <Dialog title="Prove that it is you" isForm onClose={onClose}>
      <Form checked={checked} failure={failure === undefined ? null : <FailureSummary key={tries} words={failure} />}>
        <Text>
          Passkeys are changed within ten minutes of your second factor, so that nobody adds one where you left this
          page open.
        </Text>
        {account.hasAuthenticator ? (
          <TextInput
            {...checked.field('code')}
            label="Six-digit code"
            description="Your authenticator shows a new one every 30 seconds."
            autoComplete="one-time-code"
            inputMode="numeric"
            required
            withAsterisk={false}
            data-autofocus
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
          />
        ) : null}
        <Group gap="sm">
          {account.hasAuthenticator ? (
            <Button type="submit" loading={isBusy}>
              Go on
            </Button>
          ) : null}
          {hasPasskey ? (
            <Button
              variant={account.hasAuthenticator ? 'default' : 'filled'}
              loading={isBusy}
              onClick={() => void prove(signInWithPasskey())}
            >
              Use a passkey
            </Button>
          ) : null}
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
        </Group>
      </Form>
    </Dialog>
  );
}
