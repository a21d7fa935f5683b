import { Button, Group, Text, Textarea } from '@mantine/core';
import { type ChangeState, changedSchema, type WholeChange } from '@penstock/api/schemas';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useSession } from '../session/me.ts';
import { ConfirmDialog, useChange } from '../shared/changing.tsx';
import { useChecked } from '../shared/form.tsx';
import { FormDialog } from '../shared/form-dialog.tsx';
import { Panel } from '../shared/states.tsx';
import { SaveFailure, useSave } from './save.tsx';
import { deedWords, isOver, sharingMeaning, stateWords } from './words.ts';

/** What can be done with a change: where it may be brought, with what it must say before; editing and copying. */
export function Deeds({ change }: { change: WholeChange }) {
  const { me } = useSession();
  const [to, setTo] = useState<ChangeState>();
  const { isYours, next, state } = change;
  if (!me.permissions.includes('changes.change')) return null;
  const mayEdit = isYours && !isOver(state);
  if (!mayEdit && !isYours && next.length === 0) return null;
  return (
    <Panel title="What next">
      <Group gap="xs">
        {next.map((move, index) => (
          <Button
            key={move.to}
            variant={index === 0 && move.lacks.length === 0 && move.to !== 'cancelled' ? 'filled' : 'default'}
            disabled={move.lacks.length > 0}
            onClick={() => setTo(move.to)}
          >
            {deedWords[move.to]}
          </Button>
        ))}
        {mayEdit ? (
          <Button
            variant="default"
            renderRoot={(props) => (
              <Link
                to="/changes/$change/edit"
                params={{ change: change.change }}
                search={({ for: acting }: { for?: string | undefined }) => ({ for: acting })}
                {...props}
              />
            )}
          >
            Edit
          </Button>
        ) : null}
        {isYours ? <CopyButton change={change} /> : null}
        {isYours && state === 'template' ? <DeleteButton change={change.change} /> : null}
      </Group>
      {next.map(({ to: wanted, lacks }) =>
        lacks.length === 0 ? null : (
          <Text key={wanted} size="sm" mt={8}>
            To be {stateWords[wanted].toLowerCase()} it must say {listWords(lacks)}.
          </Text>
        ),
      )}
      {to === undefined ? null : <MoveDialog change={change} to={to} onClose={() => setTo(undefined)} />}
    </Panel>
  );
}

/** 'a', 'a and b', 'a, b and c' */
function listWords(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

function CopyButton({ change }: { change: WholeChange }) {
  const navigate = useNavigate();
  const copying = useSave(({ change: made }) => {
    void navigate({
      to: '/changes/$change/edit',
      params: { change: made.change },
      search: (search) => ({ for: search.for }),
    });
  });
  return (
    <>
      <Button
        variant="default"
        loading={copying.isPending}
        onClick={() => copying.mutate({ path: `/changes/${change.change}/copy`, sent: { method: 'POST' } })}
      >
        {change.state === 'template' ? 'Make a change of it' : 'Copy'}
      </Button>
      <SaveFailure saving={copying} base={undefined} mine={undefined} onGoOn={() => undefined} />
    </>
  );
}

/** Of a template; then there is nothing to stay at. */
function DeleteButton({ change }: { change: string }) {
  const navigate = useNavigate();
  const [isAsking, setIsAsking] = useState(false);
  const deleting = useChange(changedSchema, ['changes']);
  async function remove() {
    if ((await deleting.change(`/changes/${change}`, { method: 'DELETE' })) === undefined) return;
    void navigate({ to: '/changes', search: (search) => ({ for: search.for }) });
  }
  return (
    <>
      <Button variant="default" onClick={() => setIsAsking(true)}>
        Delete
      </Button>
      {isAsking ? (
        <ConfirmDialog
          title="Delete this template?"
          confirm="Delete it"
          changing={deleting}
          onConfirm={() => void remove()}
          onClose={() => setIsAsking(false)}
        >
          It goes with all of its versions and cannot be brought back. Changes that were made of it stay.
        </ConfirmDialog>
      ) : null}
    </>
  );
}

/** Who is told by it. */
function meaningOf(change: WholeChange, to: ChangeState, isOperator: boolean): string {
  if (to === 'cancelled')
    return 'It ends here. What it said stays in its history, and whoever saw it sees that it is cancelled.';
  const isFirst = change.state === 'draft';
  if (!isFirst) return 'Whoever sees it sees this, and it is held against all other changes again.';
  return (
    `${sharingMeaning(change.content.sharing, isOperator)} It is held against all other changes, and those in whose way it ` +
    'comes are told that there is one.'
  );
}

function MoveDialog({ change, to, onClose }: { change: WholeChange; to: ChangeState; onClose: () => void }) {
  const { me } = useSession();
  const [why, setWhy] = useState('');
  const moving = useSave(onClose);
  const checked = useChecked({}, () => {
    const body = { version: change.version, to, ...(why.trim() === '' ? {} : { why: why.trim() }) };
    moving.mutate({ path: `/changes/${change.change}/move`, sent: { method: 'POST', body } });
  });
  return (
    <FormDialog
      title={deedWords[to]}
      submit={deedWords[to]}
      checked={checked}
      changing={{
        isPending: moving.isPending,
        summary: <SaveFailure saving={moving} base={undefined} mine={undefined} onGoOn={() => undefined} />,
      }}
      onClose={onClose}
    >
      <Text>{meaningOf(change, to, me.acting.kind === 'operator')}</Text>
      <Textarea
        label="Why"
        description="Stands in its history. It may be left empty."
        autosize
        minRows={2}
        maxLength={500}
        value={why}
        onChange={(event) => setWhy(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
