import { Button, Group, Paper, Radio, Stack, Text, TextInput, Title } from '@mantine/core';
import type { QuarantineLife } from '@penstock/api/schemas';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import type { Caller } from '../api/call.ts';
import { runJob, workerCallerOf } from '../files/run-job.ts';
import { useSession } from '../session/me.ts';
import { ChangeFailure } from '../shared/failure.tsx';
import { Form, useChecked } from '../shared/form.tsx';
import { saveFile } from '../shared/save-file.ts';
import { SignHelp } from '../submissions/sign-help.tsx';
import { count } from '../thresholds/words.ts';
import type { EventSearch } from './search.ts';

/** Characters that a cell of an action file takes. */
const LONGEST_REASON = 500;
const LONGEST_REFERENCE = 64;

type Extent = 'all' | 'filter' | 'chosen';

/**
 * Makes a draft action file of what is to be decided: to be downloaded, looked at and signed. Nothing is decided here,
 * and there is no way to: only the signed file is.
 */
export function DraftForm(props: {
  life: QuarantineLife;
  caller: Caller;
  search: EventSearch;
  chosen: ReadonlySet<string>;
}) {
  const { life, caller, search, chosen } = props;
  const [action, setAction] = useState<'process' | 'delete'>('process');
  const [extent, setExtent] = useState<Extent>('all');
  const [reason, setReason] = useState('');
  const [reference, setReference] = useState('');
  const [rows, setRows] = useState(0);
  const leaving = useRef(new AbortController());
  useEffect(() => {
    leaving.current = new AbortController();
    return () => leaving.current.abort();
  }, []);
  const isFiltered = search.srv !== undefined || search.device !== undefined;
  const name = `actions-${life.event}-${action}.csv`;
  const draft = useMutation({
    mutationFn: async () => {
      setRows(0);
      const file = await runJob(
        {
          job: 'draft',
          event: life.event,
          action,
          reason: reason.trim(),
          reference: reference.trim(),
          srv: extent === 'filter' ? search.srv : undefined,
          device: extent === 'filter' ? search.device : undefined,
          only: extent === 'chosen' ? [...chosen] : undefined,
          caller: workerCallerOf(caller, undefined),
        },
        setRows,
        leaving.current.signal,
      );
      if (file.decided > 0) saveFile(file.blob, name);
      return { decided: file.decided, held: file.held, name };
    },
  });
  const checked = useChecked(
    { extent: extentFault(extent, chosen.size, isFiltered), reference: referenceFault(reference.trim()) },
    () => draft.mutate(),
  );
  const conditions = [search.srv && `service ${search.srv}`, search.device && `device ${search.device}`].filter(
    Boolean,
  );
  return (
    <Form
      checked={checked}
      failure={<ChangeFailure change={draft} />}
      className="penstock-draft"
      head={
        <div>
          <Title order={3} size="h5">
            Draft an action file
          </Title>
          <Text size="sm" c="dimmed">
            A file to download and sign. It decides nothing by itself: what an officer signs and delivers does, and what
            it does not name stays held.
          </Text>
        </div>
      }
    >
      <Radio.Group label="What is to be done" value={action} onChange={(value) => setAction(value as typeof action)}>
        <Group gap="lg" mt={6}>
          <Radio value="process" label="Process: send them on their way" />
          <Radio value="delete" label="Delete: never send them" />
        </Group>
      </Radio.Group>
      <Radio.Group
        {...checked.field('extent')}
        label="With which messages"
        value={extent}
        onChange={(value) => setExtent(value as Extent)}
      >
        <Group gap="lg" mt={6}>
          <Radio value="all" label={`All ${count(life.undecided)} that are undecided`} />
          <Radio
            value="filter"
            disabled={!isFiltered}
            label={isFiltered ? `Those of ${conditions.join(', ')}` : 'Those of a service or device (choose it above)'}
          />
          <Radio value="chosen" label={`The ${count(chosen.size)} chosen above`} />
        </Group>
      </Radio.Group>
      <TextInput
        label="Reason"
        description="Stands in each line, for the record"
        maxLength={LONGEST_REASON}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <TextInput
        {...checked.field('reference')}
        label="Service request"
        description="Your own, if there is one; without it one is raised for you"
        maxLength={LONGEST_REFERENCE}
        value={reference}
        onChange={(event) => setReference(event.currentTarget.value)}
      />
      <Group gap="sm">
        <Button type="submit" loading={draft.isPending}>
          Make the draft
        </Button>
        {draft.isPending ? (
          <Text role="status" size="sm">
            {count(rows)} messages read ...
          </Text>
        ) : null}
      </Group>
      {draft.data === undefined ? null : <Drafted {...draft.data} />}
    </Form>
  );
}

function extentFault(extent: Extent, chosen: number, isFiltered: boolean): string | undefined {
  if (extent === 'chosen' && chosen === 0) return 'Choose messages in the list above, or take all of them.';
  return extent === 'filter' && !isFiltered ? 'Choose a service or a device above, or take all messages.' : undefined;
}

function referenceFault(reference: string): string | undefined {
  return /\s/.test(reference) ? 'Write the service request without blanks, as SR-2026-0042.' : undefined;
}

function Drafted({ decided, held, name }: { decided: number; held: number; name: string }) {
  const { me } = useSession();
  if (decided === 0) {
    return (
      <Text role="status" fw={650}>
        None of the {count(held)} undecided messages is meant; no file was made. Somebody may have decided meanwhile.
      </Text>
    );
  }
  return (
    <Paper role="status" withBorder p="md" className="penstock-panel penstock-drafted">
      <Stack gap="sm">
        <Text fw={650}>
          {name} was saved: it names {count(decided)} of {count(held)} undecided messages.
        </Text>
        <SignHelp kind="actions" name={name} then="deliver both files" />
        {me.permissions.includes('submissions.change') ? (
          <div>
            <Button
              variant="default"
              renderRoot={(link) => (
                <Link to="/submissions/deliver" search={(search) => ({ for: search.for })} {...link} />
              )}
            >
              Deliver the signed file
            </Button>
          </div>
        ) : (
          <Text size="sm">Your role delivers no files: send it to an officer.</Text>
        )}
      </Stack>
    </Paper>
  );
}
