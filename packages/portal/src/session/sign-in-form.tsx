import { Anchor, Button, Code, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { FailureSummary } from '../shared/failure.tsx';
import {
  type AuthFailure,
  type AuthResult,
  beginEnrolment,
  type Enrolment,
  signInWithPassword,
  verifyCode,
} from './auth.ts';
import { QrCode } from './qr-code.tsx';

type Step =
  | { readonly name: 'password' }
  | { readonly name: 'code' }
  | { readonly name: 'enrol'; readonly enrolment: Enrolment };

/**
 * Signing in: password, then the code of the authenticator; whoever has none yet enrols one between the two. It says
 * nothing of whether an account exists. `onDone` is called with a session in place.
 */
export function SignInForm({ onDone, email: known = '' }: { onDone: () => void; email?: string }) {
  const [step, setStep] = useState<Step>({ name: 'password' });
  const [email, setEmail] = useState(known);
  const [password, setPassword] = useState('');
  const [failure, setFailure] = useState<AuthFailure>();
  const [tries, setTries] = useState(0);
  const [isBusy, setBusy] = useState(false);

  /** Resolves with the value, or undefined when it failed and the summary says so. */
  async function attempt<Value>(work: Promise<AuthResult<Value>>): Promise<Value | undefined> {
    setBusy(true);
    const result = await work;
    setBusy(false);
    setTries(tries + 1);
    setFailure(result.ok ? undefined : result);
    return result.ok ? result.value : undefined;
  }

  async function submitPassword() {
    const result = await attempt(signInWithPassword(email.trim(), password));
    if (result === undefined) return;
    if (result.needsCode) return setStep({ name: 'code' });
    const enrolment = await attempt(beginEnrolment(password));
    if (enrolment !== undefined) setStep({ name: 'enrol', enrolment });
  }

  async function submitCode(code: string) {
    const result = await attempt(verifyCode(code.replaceAll(/\s/g, '')));
    if (result !== undefined) onDone();
  }

  function startAgain() {
    setFailure(undefined);
    setPassword('');
    setStep({ name: 'password' });
  }

  const summary = failure === undefined ? null : <FailureSummary key={tries} words={failure} />;
  if (step.name === 'password') {
    return (
      <Form heading="Sign in" summary={summary} onSubmit={submitPassword}>
        <TextInput
          label="E-mail address"
          type="email"
          autoComplete="username"
          required
          withAsterisk={false}
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <PasswordInput
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
      </Form>
    );
  }
  return (
    <>
      {step.name === 'enrol' ? <EnrolmentSteps enrolment={step.enrolment} /> : null}
      <CodeForm
        heading={step.name === 'enrol' ? 'Enter the first code' : 'Enter your code'}
        isBusy={isBusy}
        summary={summary}
        onSubmit={submitCode}
      />
      <Anchor component="button" type="button" onClick={startAgain} mt="md">
        Start again
      </Anchor>
    </>
  );
}

function Form(props: { heading: string; summary: ReactNode; onSubmit: () => Promise<void>; children: ReactNode }) {
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

function CodeForm(props: {
  heading: string;
  isBusy: boolean;
  summary: ReactNode;
  onSubmit: (code: string) => Promise<void>;
}) {
  const [code, setCode] = useState('');
  async function submit() {
    await props.onSubmit(code);
    setCode('');
  }
  return (
    <Form heading={props.heading} summary={props.summary} onSubmit={submit}>
      <TextInput
        label="Six-digit code"
        description="Your authenticator shows a new one every 30 seconds."
        autoComplete="one-time-code"
        inputMode="numeric"
        pattern="[0-9 ]{6,7}"
        title="six digits"
        required
        withAsterisk={false}
        data-autofocus
        autoFocus
        value={code}
        onChange={(event) => setCode(event.currentTarget.value)}
      />
      <Button type="submit" loading={props.isBusy} size="md">
        Sign in
      </Button>
    </Form>
  );
}

function EnrolmentSteps({ enrolment }: { enrolment: Enrolment }) {
  const secret = new URL(enrolment.totpURI).searchParams.get('secret') ?? '';
  return (
    <Stack gap="md" mb="lg">
      <Title order={2} size="h3">
        Set up your authenticator
      </Title>
      <Text>
        Penstock asks for a second proof besides the password. Scan this picture with an authenticator app on your
        phone. It never leaves your browser.
      </Text>
      <QrCode text={enrolment.totpURI} label="The secret for your authenticator, as a QR code" />
      <Text size="sm">
        Or type this secret into the app: <Code>{secret.replaceAll(/(.{4})(?=.)/g, '$1 ')}</Code>
      </Text>
    </Stack>
  );
}
