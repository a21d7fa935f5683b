import { Button } from '@mantine/core';
import { type SubmissionLife, submissionLifeSchema } from '@penstock/api/schemas';
import { useState } from 'react';
import { ConfirmDialog, useChange } from '../shared/changing.tsx';

/** Takes a file back that is not applied yet. */
export function Withdraw({ file }: { file: SubmissionLife }) {
  const [isAsking, setAsking] = useState(false);
  const withdrawing = useChange(submissionLifeSchema, ['submission', 'submissions']);

  async function withdraw() {
    const done = await withdrawing.change(`/submissions/${file.sha256}/withdraw`, { method: 'POST' });
    if (done !== undefined) setAsking(false);
  }

  return (
    <>
      <Button variant="default" size="sm" onClick={() => setAsking(true)}>
        Take it back
      </Button>
      {isAsking ? (
        <ConfirmDialog
          title="Take the file back?"
          confirm="Take it back"
          changing={withdrawing}
          onConfirm={() => void withdraw()}
          onClose={() => setAsking(false)}
        >
          Nothing of it is applied then, and the signatures that it has count no more. To deliver it after all, every
          officer signs it anew.
        </ConfirmDialog>
      ) : null}
    </>
  );
}
