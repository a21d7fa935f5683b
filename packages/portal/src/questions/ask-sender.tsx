import { Button } from '@mantine/core';
import { useState } from 'react';
import { AskDialog, type AskedTitle, QuestionSent } from './ask-dialog.tsx';

/** The way to whoever sent the message of a title. */
export function AskSender({ title }: { title: AskedTitle }) {
  const [step, setStep] = useState<'asking' | 'sent'>();
  if (step === 'sent') return <QuestionSent />;
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={() => setStep('asking')}>
        Ask the sender
      </Button>
      {step === 'asking' ? (
        <AskDialog title={title} onSent={() => setStep('sent')} onClose={() => setStep(undefined)} />
      ) : null}
    </>
  );
}
