import { Button, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { Form, useChecked } from '../shared/form.tsx';
import { keepReason, LONGEST_REASON, reasonFault } from './reason.ts';

/** Asks somebody of the Operator why a part of a User's own record is read; kept for that User and this tab. */
export function ReasonForm(props: { userId: string; what: string; button: string; onGiven: () => void }) {
  const { userId, what, button, onGiven } = props;
  const [reason, setReason] = useState('');
  const checked = useChecked({ reason: reasonFault(reason) }, () => {
    keepReason(userId, reason.trim());
    onGiven();
  });
  return (
    <Form checked={checked} failure={null} gap="sm" maw={620}>
      <Text size="sm">
        {what} Say why you read them; the reason is recorded, and the User’s administrator can see it.
      </Text>
      <Textarea
        {...checked.field('reason')}
        label="Why"
        description="For example the incident or the call that asks for it."
        maxLength={LONGEST_REASON}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <div>
        <Button type="submit" variant="default">
          {button}
        </Button>
      </div>
    </Form>
  );
}
