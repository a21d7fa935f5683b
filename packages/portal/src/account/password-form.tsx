import { Button, PasswordInput, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useAttempt } from '../session/attempt.ts';
import { changePassword } from '../session/auth.ts';
import { FailureSummary } from '../shared/failure.tsx';

const empty = { current: '', next: '' };

/** Changing it ends all other sessions: whoever knew the old one is out. */
export function PasswordForm({ email }: { email: string }) {
  const [form, setForm] = useState(empty);
  const [isDone, setDone] = useState(false);
  const queryClient = useQueryClient();
  const { attempt, isBusy, failure, tries } = useAttempt();

  async function submit(event: FormEvent) {
    event.preventDefault();
    setDone(false);
    if ((await attempt(changePassword(form.current, form.next))) === undefined) return;
    setForm(empty);
    setDone(true);
    await queryClient.invalidateQueries({ queryKey: ['sessions'] });
  }
  const field = (name: keyof typeof empty) => ({
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
    <form onSubmit={(event) => void submit(event)} aria-label="Change the password">
      <Stack gap="sm" maw={420}>
        {failure === undefined ? null : <FailureSummary key={tries} words={failure} />}
        {isDone ? (
          <Text role="status" fw={600}>
            The password is changed, and you are signed out everywhere else.
          </Text>
        ) : null}
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
      </Stack>
    </form>
  );
}
