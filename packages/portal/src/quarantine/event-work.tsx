import { Button, Group, SimpleGrid, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { type QuarantineLife, quarantineLifeSchema } from '@penstock/api/schemas';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api/call.ts';
import { useSession } from '../session/me.ts';
import { ChangeFailure } from '../shared/failure.tsx';
import { missing } from '../shared/faults.ts';
import { Form, useChecked } from '../shared/form.tsx';
import { Panel } from '../shared/states.tsx';
import { When } from '../shared/when.tsx';
import { eventQuery } from './queries.ts';

/** Changes an event: its workflow, or a note; what comes back is shown at once. */
function useEventChange(event: string, userId: string | undefined) {
  const { acting } = useSession();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ part, body }: { part: '' | '/notes'; body: object }) =>
      ask(quarantineLifeSchema, `/quarantine/events/${event}${part}`, {
        caller: { acting },
        query: { userId },
        sent: { method: 'POST', body },
      }),
    onSuccess: (life) => {
      client.setQueryData(eventQuery({ acting }, event, userId).queryKey, life);
      void client.invalidateQueries({ queryKey: ['quarantine'] });
    },
  });
}

/** Who owns it, what caused it, what was noted; and the states that people move it to. */
export function EventWork({ life, userId }: { life: QuarantineLife; userId: string | undefined }) {
  const { me } = useSession();
  const mayChange = me.permissions.includes('quarantine.change');
  const change = useEventChange(life.event, userId);
  return (
    <Panel title="Work on it">
      <Text size="sm" c="dimmed" mb="sm">
        The User and the Operator’s service desk investigate it and resolve it with a cause. It is decided by itself
        when an officer’s signed files have named every message.
      </Text>
      <ChangeFailure change={change} />
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg" mt="sm">
        <Stack gap="sm">
          {mayChange ? (
            <Workflow life={life} isBusy={change.isPending} onChange={(body) => change.mutate({ part: '', body })} />
          ) : (
            <>
              <Text>Owner: {life.owner ?? 'nobody yet'}</Text>
              <Text>Cause: {life.cause ?? 'not known yet'}</Text>
              <Text size="sm" c="dimmed">
                Your role sees events and does not change them.
              </Text>
            </>
          )}
        </Stack>
        <Notes
          notes={life.notes}
          mayChange={mayChange}
          isBusy={change.isPending}
          onAdd={(note, done) => change.mutate({ part: '/notes', body: { note } }, { onSuccess: done })}
        />
      </SimpleGrid>
    </Panel>
  );
}

function Workflow(props: { life: QuarantineLife; isBusy: boolean; onChange: (body: object) => void }) {
  const { life, isBusy, onChange } = props;
  const [owner, setOwner] = useState(life.owner ?? '');
  const [cause, setCause] = useState(life.cause ?? '');
  const changed = {
    ...(owner.trim() === '' || owner.trim() === life.owner ? {} : { owner: owner.trim() }),
    ...(cause.trim() === '' || cause.trim() === life.cause ? {} : { cause: cause.trim() }),
  };
  const isResolved = life.state === 'resolved';
  const [wanted, setWanted] = useState<'investigating' | 'resolved'>();
  const isSame = wanted === undefined && Object.keys(changed).length === 0;
  const checked = useChecked(
    {
      owner: isSame ? 'Nothing is changed yet: enter an owner or a cause.' : undefined,
      cause: wanted === 'resolved' ? missing(cause, 'Enter the cause: an event is resolved with it.') : undefined,
    },
    () => onChange({ ...changed, ...(wanted === undefined ? {} : { state: wanted }) }),
  );
  return (
    <Form checked={checked} failure={null} gap="sm">
      <TextInput
        {...checked.field('owner')}
        label="Owner"
        description="Who sees to it"
        maxLength={200}
        value={owner}
        onChange={(event) => setOwner(event.currentTarget.value)}
      />
      <Textarea
        {...checked.field('cause')}
        label="Cause"
        description="What made it happen; it is needed to resolve the event"
        maxLength={2_000}
        autosize
        minRows={2}
        value={cause}
        onChange={(event) => setCause(event.currentTarget.value)}
      />
      <Group gap="xs">
        <Button type="submit" variant="default" loading={isBusy} onClick={() => setWanted(undefined)}>
          Save
        </Button>
        {life.state === 'open' ? (
          <Button type="submit" variant="default" loading={isBusy} onClick={() => setWanted('investigating')}>
            Investigate it
          </Button>
        ) : null}
        {isResolved ? null : (
          <Button type="submit" variant="default" loading={isBusy} onClick={() => setWanted('resolved')}>
            Resolve it
          </Button>
        )}
      </Group>
    </Form>
  );
}

function Notes(props: {
  notes: QuarantineLife['notes'];
  mayChange: boolean;
  isBusy: boolean;
  onAdd: (note: string, done: () => void) => void;
}) {
  const { notes, mayChange, isBusy, onAdd } = props;
  const [note, setNote] = useState('');
  const checked = useChecked({ note: missing(note, 'Enter the note.') }, () => onAdd(note.trim(), () => setNote('')));
  return (
    <Stack gap="sm">
      {notes.length === 0 ? (
        <Text c="dimmed">Nothing was noted yet.</Text>
      ) : (
        <ol className="penstock-notes" aria-label="Notes, oldest first">
          {notes.map(({ at, author, note: text }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: notes have no other name, and never move
            <li key={index}>
              <Text size="sm">{text}</Text>
              <Text size="xs" c="dimmed">
                {author}, <When at={at} inline />
              </Text>
            </li>
          ))}
        </ol>
      )}
      {mayChange ? (
        <Form checked={checked} failure={null} gap="sm">
          <Textarea
            {...checked.field('note')}
            label="Note"
            maxLength={2_000}
            autosize
            minRows={2}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
          <div>
            <Button type="submit" variant="default" loading={isBusy}>
              Add the note
            </Button>
          </div>
        </Form>
      ) : null}
    </Stack>
  );
}
