import { Anchor, Button, FileInput, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { type SubmissionDocument, type SubmissionLife, submissionLifeSchema } from '@penstock/api/schemas';
import { useState } from 'react';
import { useSession } from '../session/me.ts';
import { useChange } from '../shared/changing.tsx';
import { Form, useChecked } from '../shared/form.tsx';
import { originalOf, useDownload } from './downloads.tsx';
import { DropZone } from './drop-zone.tsx';
import { SignHelp } from './sign-help.tsx';

type SecondOfficer = NonNullable<SubmissionDocument['secondOfficer']>;

const isAmong = (people: readonly { readonly email: string }[], email: string): boolean =>
  people.some((one) => one.email.toLowerCase() === email.toLowerCase());

/** Who may sign a file that waits; the reader first, when it is one of them. */
export function MayBe({ secondOfficer: { mayBe } }: { secondOfficer: SecondOfficer }) {
  const { me } = useSession();
  if (mayBe.length === 0) return <>Nobody is registered who may</>;
  if (isAmong(mayBe, me.person.email)) {
    return (
      <Text size="sm" fw={650} className="penstock-outcome penstock-file-awaiting_second_officer">
        You{mayBe.length > 1 ? `, or ${mayBe.length - 1} more` : ''}
      </Text>
    );
  }
  return <>{mayBe.map(({ name }) => name).join(', ')}</>;
}

/** What a second officer does: looks at the same bytes, signs them where the key is, and brings the signature. */
export function SecondOfficerPart({ file, secondOfficer }: { file: SubmissionLife; secondOfficer: SecondOfficer }) {
  const { me } = useSession();
  const { signed, mayBe } = secondOfficer;
  const isOwn = me.acting.userIds.includes(file.userId);
  const mayBring = isOwn && me.permissions.includes('submissions.change');
  return (
    <Paper component="section" withBorder p="md" className="penstock-panel" aria-label="The second officer">
      <Stack gap="sm">
        <Title order={2} size="h4">
          The second officer
        </Title>
        <Text>
          Signed by {signed.map(({ name }) => name).join(', ') || 'nobody whose signature still counts'}.{' '}
          {mayBe.length === 0
            ? 'Nobody is registered who may sign beside them: ask the Operator to register another officer, or a deputy.'
            : `It is applied when one of these signs it too: ${mayBe.map(({ name, email }) => `${name} (${email})`).join(', ')}.`}
        </Text>
        {isAmong(mayBe, me.person.email) ? <Text fw={650}>It waits for you.</Text> : null}
        {mayBring && mayBe.length > 0 ? <Countersign file={file} /> : null}
      </Stack>
    </Paper>
  );
}

function Countersign({ file }: { file: SubmissionLife }) {
  const [signature, setSignature] = useState<File | null>(null);
  const sending = useChange(submissionLifeSchema, ['submission', 'submissions']);
  const download = useDownload();
  const original = originalOf(file);

  const checked = useChecked(
    { signature: signature === null ? 'Choose the signature, the file that ends in .p7s.' : undefined },
    () => {
      if (signature === null) return;
      const body = new FormData();
      body.set('signature', signature);
      void sending.change(`/submissions/${file.sha256}/signatures`, { method: 'POST', body });
    },
  );

  return (
    <Form checked={checked} failure={sending.summary} gap="sm">
      <Text size="sm">
        <Anchor component="button" type="button" size="sm" onClick={() => download.save(original)}>
          Save the file as it was delivered
        </Anchor>
        , look at what it changes, sign it, and bring the signature alone.
      </Text>
      {download.summary}
      {file.kind === undefined ? null : (
        <SignHelp kind={file.kind} name={original.name} then="bring the signature here" />
      )}
      <DropZone onFiles={(files) => setSignature(files.at(-1) ?? signature)}>
        <FileInput
          {...checked.field('signature')}
          label="Signature of the second officer"
          description="Over the same file, as openssl cms -sign -binary makes it"
          placeholder="Choose, or drop it here"
          clearable
          clearButtonProps={{ 'aria-label': 'Take the signature away' }}
          value={signature}
          onChange={setSignature}
        />
      </DropZone>
      <Group gap="sm">
        <Button type="submit" loading={sending.isPending}>
          Deliver the signature
        </Button>
      </Group>
    </Form>
  );
}
