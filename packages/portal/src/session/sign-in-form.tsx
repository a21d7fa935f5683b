import { Anchor, Button, Divider, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { FailureSummary } from '../shared/failure.tsx';
import { emailFault, missing } from '../shared/faults.ts';
import { useChecked } from '../shared/form.tsx';
import { useAttempt } from './attempt.ts';
import { beginEnrolment, type Enrolment, signInWithPassword } from './auth.ts';
import { OrganisationForm } from './organisation-form.tsx';
import { knowsPasskeys, signInWithPasskey } from './passkeys.ts';
import { SecondStep } from './second-step.tsx';
import { SignInSection } from './sign-in-section.tsx';

type Step =
  | { readonly name: 'password' }
  | { readonly name: 'organisation' }
  | { readonly name: 'code'; readonly enrolment: Enrolment | undefined };

/**
 * Signing in: password, then the code of the authenticator; whoever has none yet enrols one between the two. Or a passkey
 * alone, or the organisation's own sign-in. It says nothing of whether an account exists. `onDone` is called with a
 * session in place.
 */
export function SignInForm(props: {
  onDone: () => void;
  email?: string;
  password?: string;
  /** The page must stay: the organisation's sign-in, which leaves it, is offered in another tab. */
  staysHere?: boolean;
}) {
  const { onDone, staysHere = false } = props;
  const [step, setStep] = useState<Step>({ name: 'password' });
  const [email, setEmail] = useState(props.email ?? '');
  const [password, setPassword] = useState(props.password ?? '');
  const { attempt, isBusy, failure, tries, forget } = useAttempt();

  async function submitPassword() {
    const result = await attempt(signInWithPassword(email.trim(), password));
    if (result === undefined) return;
    if (result.value.needsCode) return setStep({ name: 'code', enrolment: undefined });
    const enrolment = await attempt(beginEnrolment(password));
    if (enrolment !== undefined) setStep({ name: 'code', enrolment: enrolment.value });
  }

  const checked = useChecked(
    { email: emailFault(email), password: missing(password, 'Enter your password.') },
    () => void submitPassword(),
  );

  async function submitPasskey() {
    const result = await attempt(signInWithPasskey());
    if (result !== undefined) onDone();
  }

  function startAgain() {
    forget();
    setPassword('');
    setStep({ name: 'password' });
  }

  if (step.name === 'code') return <SecondStep enrolment={step.enrolment} onDone={onDone} onStartAgain={startAgain} />;
  if (step.name === 'organisation') return <OrganisationForm email={email} onBack={startAgain} />;
  return (
    <Stack gap="md">
      <SignInSection
        heading="Sign in"
        checked={checked}
        failure={failure === undefined ? null : <FailureSummary key={tries} words={failure} />}
      >
        <TextInput
          {...checked.field('email')}
          label="E-mail address"
          type="email"
          autoComplete="username"
          required
          withAsterisk={false}
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <PasswordInput
          {...checked.field('password')}
          label="Password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the password', tabIndex: 0 }}
        />
        <Button type="submit" loading={isBusy} size="md">
          Continue
        </Button>
      </SignInSection>
      <Divider label="or" />
      {knowsPasskeys ? (
        <Button variant="default" onClick={() => void submitPasskey()}>
          Sign in with a passkey
        </Button>
      ) : null}
      {staysHere ? (
        <Anchor href="/" target="_blank" ta="center">
          Sign in with your organisation, in another tab
        </Anchor>
      ) : (
        <Button variant="default" onClick={() => setStep({ name: 'organisation' })}>
          Sign in with your organisation
        </Button>
      )}
    </Stack>
  );
}
