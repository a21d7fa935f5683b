import { Anchor, Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { FailureSummary } from '../shared/failure.tsx';
import { emailFault } from '../shared/faults.ts';
import { useChecked } from '../shared/form.tsx';
import { useAttempt } from './attempt.ts';
import { beginAtProvider } from './auth.ts';
import { rememberPlace } from './place.ts';
import { SignInSection } from './sign-in-section.tsx';

/** Leads to the sign-in of the organisation that the address belongs to, and from there back to this place. */
export function OrganisationForm(props: { email: string; onBack: () => void }) {
  const [email, setEmail] = useState(props.email);
  const { attempt, isBusy, failure, tries } = useAttempt();

  async function submit() {
    const begun = await attempt(beginAtProvider({ email: email.trim() }));
    if (begun === undefined) return;
    rememberPlace();
    window.location.assign(begun.value.address);
  }
  const checked = useChecked({ email: emailFault(email) }, () => void submit());

  return (
    <>
      <SignInSection
        heading="Sign in with your organisation"
        checked={checked}
        failure={failure === undefined ? null : <FailureSummary key={tries} words={failure} />}
      >
        <TextInput
          {...checked.field('email')}
          label="E-mail address"
          description="It says which organisation's sign-in to open."
          type="email"
          autoComplete="username"
          required
          withAsterisk={false}
          autoFocus
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <Button type="submit" loading={isBusy} size="md">
          Go to its sign-in
        </Button>
      </SignInSection>
      <Anchor component="button" type="button" onClick={props.onBack} mt="md">
        Sign in in another way
      </Anchor>
    </>
  );
}
