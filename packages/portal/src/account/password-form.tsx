import { Button, PasswordInput, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useAttempt } from '../session/attempt.ts';
import { changePassword } from '../session/auth.ts';
import { FailureSummary } from '../shared/failure.tsx';
import { missing } from '../shared/faults.ts';
import { Form, useChecked } from '../shared/form.tsx';

const empty = { current: '', next: '' };

/** Changing it ends all other sessions: whoever knew the old one is out. */
export function PasswordForm({ email }: { email: string }) {
  const [form, setForm] = useState(empty);
  /** The names of the passkeys that sign in still, once the password was changed. */
  const [passkeys, setPasskeys] = useState<readonly string[]>();
  const queryClient = useQueryClient();
  const { attempt, isBusy, failure, tries } = useAttempt();

  async function submit() {
    setPasskeys(undefined);
    const changed = await attempt(changePassword(form.current, form.next));
    if (changed === undefined) return;
    setForm(empty);
    setPasskeys(changed.value.passkeys.map(({ name }) => name ?? 'one without a name'));
    await queryClient.invalidateQueries({ queryKey: ['sessions'] });
  }
  const checked = useChecked(
    {
      current: missing(form.current, 'Enter the password that you have now.'),
      next: missing(form.next, 'Enter a new password.'),
    },
    () => void submit(),
  );
  const field = (name: keyof typeof empty) => ({
    ...checked.field(name),
    required: true,
    withAsterisk: false,
    maxLength: 128,
    value: form[name],
    visibilityToggleButtonProps: { 'aria-label': 'Show or hide the password', tabIndex: 0 },
    onChange: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget;
      setForm((before) => ({ ...before, [name]: value }));
    },
  });

  return (
    <Form
      checked={checked}
      failure={failure === undefined ? null : <FailureSummary key={tries} words={failure} />}
      label="Change the password"
      gap="sm"
      maw={420}
    >
      {passkeys === undefined ? null : (
        <div role="status">
          <Text fw={600}>The password is changed, and you are signed out everywhere else.</Text>
          {passkeys.length === 0 ? null : (
            <Text>These passkeys sign in as before: {passkeys.join(', ')}. Remove any that is not yours, above.</Text>
          )}
        </div>
      )}
      <input type="hidden" autoComplete="username" value={email} readOnly />
      <PasswordInput label="Password now" autoComplete="current-password" {...field('current')} />
      <PasswordInput
        label="New password"
        description="14 characters or more, best several words that have nothing to do with each other."
        autoComplete="new-password"
        {...field('next')}
      />
      <div>
        <Button type="submit" loading={isBusy}>
          Change the password
        </Button>
      </div>
    </Form>
  );
}
