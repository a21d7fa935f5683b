import { Button, Group, Text, Textarea } from '@mantine/core';
import { type IncidentDocument, incidentSchema } from '@penstock/api/schemas';
import { useState } from 'react';
import { useSession } from '../session/me.ts';
import { useChange } from '../shared/changing.tsx';
import { missing } from '../shared/faults.ts';
import { useChecked } from '../shared/form.tsx';
import { FormDialog } from '../shared/form-dialog.tsx';
import { Panel } from '../shared/states.tsx';
import { EditDialog } from './edit-dialog.tsx';
import { PublishDialog } from './publish-dialog.tsx';
import { touchedByDeed } from './queries.ts';
import { deedWords, isOver } from './words.ts';

type Deed = IncidentDocument['next'][number] | 'escalate' | 'edit' | 'publish';

/** What its reader may do with an incident. */
export function Deeds({ incident }: { incident: IncidentDocument }) {
  const { me } = useSession();
  const [deed, setDeed] = useState<Deed>();
  const isOperator = me.acting.kind === 'operator';
  const { next, state, isYours } = incident;
  const mayEdit = state !== 'closed' && (isOperator || isYours);
  if (!me.permissions.includes('incidents.change') || (next.length === 0 && !mayEdit)) return null;
  const onClose = () => setDeed(undefined);
  return (
    <Panel title="What next">
      <Group gap="xs">
        {next.map((move, index) => (
          <Button
            key={move.to}
            variant={index === 0 && isOperator ? 'filled' : 'default'}
            onClick={() => setDeed(move)}
          >
            {deedWords[move.to]}
          </Button>
        ))}
        {mayEdit ? (
          <Button variant="default" onClick={() => setDeed('edit')}>
            {isOperator ? 'Assign and change' : 'Change'}
          </Button>
        ) : null}
        {mayEdit && !isOver(state) ? (
          <Button variant="default" onClick={() => setDeed('escalate')}>
            Escalate
          </Button>
        ) : null}
        {isOperator && !isOver(state) ? (
          <Button variant="default" onClick={() => setDeed('publish')}>
            {incident.entry === undefined ? 'Put on the status page' : 'Change the status page'}
          </Button>
        ) : null}
      </Group>
      {deed === 'edit' ? <EditDialog incident={incident} onClose={onClose} /> : null}
      {deed === 'publish' ? <PublishDialog incident={incident} onClose={onClose} /> : null}
      {deed === 'escalate' ? <EscalateDialog incident={incident} onClose={onClose} /> : null}
      {typeof deed === 'object' ? <MoveDialog incident={incident} move={deed} onClose={onClose} /> : null}
    </Panel>
  );
}

function EscalateDialog({ incident, onClose }: { incident: IncidentDocument; onClose: () => void }) {
  return (
    <ReasonDialog
      title="Escalate"
      words="Everybody who follows it is told, and that it was escalated stands with it."
      label="Why"
      fault="Say why it is escalated."
      path={`/incidents/${incident.incident}/escalate`}
      bodyOf={(why) => ({ version: incident.version, why })}
      onClose={onClose}
    />
  );
}

function MoveDialog(props: {
  incident: IncidentDocument;
  move: IncidentDocument['next'][number];
  onClose: () => void;
}) {
  const { incident, move, onClose } = props;
  const isCause = move.needs === 'closing';
  return (
    <ReasonDialog
      title={deedWords[move.to]}
      words={
        move.to === 'open'
          ? 'The targets count anew, and everybody who follows it is told.'
          : 'Everybody who follows it is told.'
      }
      label={isCause ? 'Why it came to be' : 'Why'}
      {...(move.needs === undefined
        ? {}
        : { fault: isCause ? 'Say why it came to be.' : 'Say why it is opened again.' })}
      path={`/incidents/${incident.incident}/move`}
      bodyOf={(said) => ({
        version: incident.version,
        to: move.to,
        ...(said === '' ? {} : isCause ? { closing: said } : { why: said }),
      })}
      onClose={onClose}
    />
  );
}

/** A deed with a reason, which must be said where there is a fault without it. */
function ReasonDialog(props: {
  title: string;
  words: string;
  label: string;
  fault?: string;
  path: string;
  bodyOf: (said: string) => object;
  onClose: () => void;
}) {
  const { title, words, label, fault, path, bodyOf, onClose } = props;
  const [said, setSaid] = useState('');
  const doing = useChange(incidentSchema, touchedByDeed);
  const checked = useChecked({ said: fault === undefined ? undefined : missing(said, fault) }, () => void send());
  async function send() {
    const done = await doing.change(path, { method: 'POST', body: bodyOf(said.trim()) });
    if (done !== undefined) onClose();
  }
  return (
    <FormDialog title={title} submit={title} checked={checked} changing={doing} onClose={onClose}>
      <Text>{words}</Text>
      <Textarea
        {...checked.field('said')}
        label={label}
        {...(fault === undefined ? { description: 'It may be left empty.' } : {})}
        autosize
        minRows={2}
        maxLength={500}
        value={said}
        onChange={(event) => setSaid(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
