import { Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { type Checked, Form } from '../shared/form.tsx';

/** One step of signing in, as a form of its own with its name. */
export function SignInSection(props: {
  heading: string;
  checked: Checked<string>;
  failure: ReactNode;
  children: ReactNode;
}) {
  const { heading, checked, failure, children } = props;
  return (
    <Form
      checked={checked}
      failure={failure}
      label={heading}
      head={
        <Title order={2} size="h3">
          {heading}
        </Title>
      }
    >
      {children}
    </Form>
  );
}
