import { Stack, Title } from '@mantine/core';
import type { FormEvent, ReactNode } from 'react';

/** One step of signing in, as a form of its own with its name. */
export function SignInSection(props: {
  heading: string;
  summary: ReactNode;
  onSubmit: () => Promise<void>;
  children: ReactNode;
}) {
  function submit(event: FormEvent) {
    event.preventDefault();
    void props.onSubmit();
  }
  return (
    <form onSubmit={submit} aria-label={props.heading}>
      <Stack gap="md">
        <Title order={2} size="h3">
          {props.heading}
        </Title>
        {props.summary}
        {props.children}
      </Stack>
    </form>
  );
}
