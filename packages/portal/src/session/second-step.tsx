import { Anchor, Button, Code, Stack, Text, TextInput, Title } from '@mantine/core';
import { useState } from 'react';
import { FailureSummary } from '../shared/failure.tsx';
import { codeFault } from '../shared/faults.ts';
import { useChecked } from '../shared/form.tsx';
import { useAttempt } from './attempt.ts';
import { type Enrolment, verifyCode } from './auth.ts';
import { QrCode } from './qr-code.tsx';
import { SignInSection } from './sign-in-section.tsx';

/** The code of the authenticator; whoever has none yet sets one up here, with `enrolment`. */
export function SecondStep(props: { enrolment: Enrolment | undefined; onDone: () => void; onStartAgain: () => void }) {
  const { enrolment, onDone } = props;
  const { attempt, isBusy, failure, tries } = useAttempt();
  const [code, setCode] = useState('');

  async function submit() {
    const result = await attempt(verifyCode(code.replaceAll(/\s/g, '')));
    setCode('');
    if (result !== undefined) onDone();
  }
  const checked = useChecked({ code: codeFault(code) }, () => void submit());

  return (
    <>
      {enrolment === undefined ? null : <EnrolmentSteps enrolment={enrolment} />}
      <SignInSection
        heading={enrolment === undefined ? 'Enter your code' : 'Enter the first code'}
        checked={checked}
        failure={failure === undefined ? null : <FailureSummary key={tries} words={failure} />}
      >
        <TextInput
          {...checked.field('code')}
          label="Six-digit code"
          description="Your authenticator shows a new one every 30 seconds."
          autoComplete="one-time-code"
          inputMode="numeric"
          required
          withAsterisk={false}
          data-autofocus
          autoFocus
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <Button type="submit" loading={isBusy} size="md">
          Sign in
        </Button>
      </SignInSection>
      <Anchor component="button" type="button" onClick={props.onStartAgain} mt="md">
        Start again
      </Anchor>
    </>
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
        Penstock asks for a second proof besides the first. Scan this picture with an authenticator app on your phone.
        It never leaves your browser.
      </Text>
      <QrCode text={enrolment.totpURI} label="The secret for your authenticator, as a QR code" />
      <Text size="sm">
        Or type this secret into the app: <Code>{secret.replaceAll(/(.{4})(?=.)/g, '$1 ')}</Code>
      </Text>
    </Stack>
  );
}
