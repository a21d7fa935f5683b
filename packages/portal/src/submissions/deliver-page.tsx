import { Anchor, Button, Checkbox, FileInput, Group, NumberInput, Paper, Stack, Text, Title } from '@mantine/core';
import { MOST_RATE, submissionLifeSchema } from '@penstock/api/schemas';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ask } from '../api/call.ts';
import type { CheckedFile } from '../files/jobs.ts';
import { useSession } from '../session/me.ts';
import { ChangeFailure } from '../shared/failure.tsx';
import { Form, useChecked } from '../shared/form.tsx';
import { PageTitle } from '../shared/page-title.tsx';
import { NoRight } from '../shared/states.tsx';
import { waysQuery } from '../ways/queries.ts';
import { CheckedView } from './checked-view.tsx';
import { DropZone } from './drop-zone.tsx';
import { useCheck } from './use-check.ts';

/** Checks a file before it is signed or delivered, and delivers it with its signature. */
export function DeliverPage() {
  const { me } = useSession();
  if (!me.permissions.includes('submissions.change')) {
    return <NoRight page="Check and deliver a file" what="the delivery of files: an ARO delivers them" />;
  }
  return <Delivery />;
}

interface Options {
  readonly isPaused: boolean;
  readonly rate: number | undefined;
}

function Delivery() {
  const { me, acting } = useSession();
  const navigate = useNavigate();
  const [file, setFile] = useState<File | null>(null);
  const [signature, setSignature] = useState<File | null>(null);
  const [options, setOptions] = useState<Options>({ isPaused: false, rate: undefined });
  const check = useCheck(file);
  const delivering = useMutation({
    mutationFn: (parts: { file: File; signature: File; kind: CheckedFile['kind'] }) => {
      const form = new FormData();
      form.set('file', parts.file);
      form.set('signature', parts.signature);
      const ofRelease =
        parts.kind === 'actions' ? { paused: options.isPaused ? 'true' : undefined, rate: options.rate } : {};
      return ask(submissionLifeSchema, '/submissions', {
        caller: { acting },
        query: ofRelease,
        sent: { method: 'POST', body: form },
      });
    },
    onSuccess: ({ sha256 }) =>
      void navigate({ to: '/submissions/$sha256', params: { sha256 }, search: (search) => ({ for: search.for }) }),
  });
  const checked = useChecked(
    {
      file: file === null ? 'Choose the file.' : undefined,
      signature: signature === null ? 'Choose its signature, the file that ends in .p7s.' : undefined,
    },
    () => {
      if (file !== null && signature !== null) delivering.mutate({ file, signature, kind: check.data?.kind });
    },
  );

  return (
    <Form
      checked={checked}
      failure={<ChangeFailure change={delivering} />}
      maw={980}
      head={
        <div>
          <PageTitle title="Check and deliver a file" />
          <Title order={1}>Check and deliver a file</Title>
          <Text c="dimmed">
            For {me.acting.party.name}. The file is checked here, in your browser, by the same code as after its
            delivery; nothing is sent until you deliver it. Keys never leave your machine.
          </Text>
        </div>
      }
    >
      <ClosedNote />
      <DropZone
        onFiles={(files) => {
          const isSignature = ({ name }: File) => /\.(p7s|cms|sig)$/i.test(name);
          const signed = files.find((one) => !isSignature(one));
          if (signed !== undefined) setFile(signed);
          setSignature(files.find(isSignature) ?? signature);
        }}
      >
        <Group grow align="flex-start" preventGrowOverflow={false} gap="md">
          <FileInput
            {...checked.field('file')}
            label="File"
            description="ADT File, action file or Attribute Limits File, as CSV"
            placeholder="Choose, or drop it here"
            accept=".csv,text/csv"
            clearable
            clearButtonProps={{ 'aria-label': 'Take the file away' }}
            value={file}
            onChange={setFile}
            miw={240}
          />
          <FileInput
            {...checked.field('signature')}
            label="Signature"
            description="As openssl cms -sign -binary makes it"
            placeholder="Choose, or drop it here"
            clearable
            clearButtonProps={{ 'aria-label': 'Take the signature away' }}
            value={signature}
            onChange={setSignature}
            miw={240}
          />
        </Group>
      </DropZone>
      {file === null ? (
        <Text size="sm" c="dimmed">
          What the columns mean is told in the guide to files.
        </Text>
      ) : (
        <CheckedView check={check} file={file} />
      )}
      {check.data?.kind === 'actions' ? <ReleaseOptions options={options} onChange={setOptions} /> : null}
      <Group gap="sm">
        <Button type="submit" loading={delivering.isPending}>
          Deliver
        </Button>
        <Anchor
          size="sm"
          renderRoot={(props) => <Link to="/submissions" search={(search) => ({ for: search.for })} {...props} />}
        >
          Files that were delivered
        </Anchor>
      </Group>
    </Form>
  );
}

/** Where the Operator does not take files in by these pages now, the answer would say so; this says it before. */
function ClosedNote() {
  const { me, acting } = useSession();
  const ways = useQuery(waysQuery({ acting }));
  const https = ways.data?.ways.find(({ way }) => way === 'https');
  if (me.acting.kind === 'operator' || https === undefined || https.isOpen) return null;
  return (
    <Paper withBorder p="md" className="penstock-panel penstock-notice" role="note">
      <Text>{https.sentence} You can check files here all the same.</Text>
    </Paper>
  );
}

/** How the release of an action file begins; both can be switched later. */
function ReleaseOptions({ options, onChange }: { options: Options; onChange: (options: Options) => void }) {
  return (
    <Paper withBorder p="md" className="penstock-panel" role="group" aria-label="How its release begins">
      <Stack gap="sm">
        <Checkbox
          label="Its release begins paused"
          checked={options.isPaused}
          onChange={(event) => onChange({ ...options, isPaused: event.currentTarget.checked })}
        />
        <NumberInput
          label="Messages a second"
          description="Left empty: as fast as it goes, or as the Operator has set it"
          w={260}
          maw="100%"
          min={1}
          max={MOST_RATE}
          allowDecimal={false}
          allowNegative={false}
          hideControls
          value={options.rate ?? ''}
          onChange={(rate) => onChange({ ...options, rate: typeof rate === 'number' && rate > 0 ? rate : undefined })}
        />
      </Stack>
    </Paper>
  );
}
