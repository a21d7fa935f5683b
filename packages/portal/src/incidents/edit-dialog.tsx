import { NativeSelect, Textarea, TextInput } from '@mantine/core';
import { type IncidentDocument, incidentSchema, incidentTeams } from '@penstock/api/schemas';
import { useState } from 'react';
import { useSession } from '../session/me.ts';
import { useChange } from '../shared/changing.tsx';
import { missing } from '../shared/faults.ts';
import { useChecked } from '../shared/form.tsx';
import { FormDialog } from '../shared/form-dialog.tsx';
import { AffectedFields, affectedFormOf, affectedOf } from './affected-fields.tsx';
import { touchedByDeed } from './queries.ts';
import { categoryWords, teamWords } from './words.ts';

const EUI = /^[0-9A-F]{2}(?:-[0-9A-F]{2}){7}$/i;
const listOf = (text: string) => text.split(/[\s,;]+/).filter((each) => each !== '');

/** What is said of an incident; the Operator says besides how bad it is, who has it, and who follows it. */
export function EditDialog({ incident, onClose }: { incident: IncidentDocument; onClose: () => void }) {
  const isOperator = useSession().me.acting.kind === 'operator';
  const { assigned } = incident;
  const [title, setTitle] = useState(incident.title);
  const [words, setWords] = useState(incident.words ?? '');
  const [affected, setAffected] = useState(affectedFormOf(incident.affected));
  const [category, setCategory] = useState(String(incident.category));
  const [team, setTeam] = useState<string>(assigned?.team ?? '');
  const [person, setPerson] = useState(assigned?.person ?? '');
  const [readers, setReaders] = useState((incident.readers ?? []).join('\n'));
  const [why, setWhy] = useState('');
  const editing = useChange(incidentSchema, touchedByDeed);
  const wrong = listOf(readers).find((each) => !EUI.test(each));
  const checked = useChecked(
    {
      title: missing(title, 'Say in one line what went wrong.'),
      person: person.trim() !== '' && team === '' ? 'Choose the team that the person is of.' : undefined,
      readers: wrong === undefined ? undefined : `${wrong} is no User ID. Enter it such as 90-B3-D5-1F-30-01-00-00.`,
    },
    () => void send(),
  );
  async function send() {
    const has = person.trim() === '' ? { team } : { team, person: person.trim() };
    const body = {
      version: incident.version,
      title: title.trim(),
      ...(words.trim() === '' ? {} : { words: words.trim() }),
      affected: { ...incident.affected, ...affectedOf(affected) },
      ...(isOperator
        ? { category: Number(category), assigned: team === '' ? null : has, readers: listOf(readers) }
        : {}),
      ...(why.trim() === '' ? {} : { why: why.trim() }),
    };
    const done = await editing.change(`/incidents/${incident.incident}`, { method: 'PUT', body });
    if (done !== undefined) onClose();
  }
  return (
    <FormDialog title="Change the incident" submit="Save" checked={checked} changing={editing} onClose={onClose}>
      {isOperator ? (
        <>
          <NativeSelect
            label="Category"
            description="Its targets count from when it was opened."
            value={category}
            data={Object.entries(categoryWords).map(([value, label]) => ({ value, label }))}
            onChange={(event) => setCategory(event.currentTarget.value)}
          />
          <NativeSelect
            label="Who has it"
            value={team}
            data={[
              { value: '', label: 'Nobody' },
              ...incidentTeams.map((value) => ({ value, label: teamWords[value] })),
            ]}
            onChange={(event) => setTeam(event.currentTarget.value)}
          />
          <TextInput
            {...checked.field('person')}
            label="Person, by e-mail address"
            description="Of that team. Users are told the team only. It may be left empty."
            type="email"
            maxLength={200}
            value={person}
            onChange={(event) => setPerson(event.currentTarget.value)}
          />
          <Textarea
            {...checked.field('readers')}
            label="Interested Parties"
            description="User IDs, one in a line. They follow it from then on, see all that is written for whoever follows it, and are not told whose it is."
            autosize
            minRows={2}
            value={readers}
            onChange={(event) => setReaders(event.currentTarget.value)}
          />
        </>
      ) : null}
      <TextInput
        {...checked.field('title')}
        label="What went wrong"
        maxLength={120}
        value={title}
        onChange={(event) => setTitle(event.currentTarget.value)}
      />
      <Textarea
        label="Description"
        autosize
        minRows={2}
        maxLength={4_000}
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      <AffectedFields form={affected} onChange={setAffected} />
      <TextInput
        label="Why"
        description="Stands with what was changed. It may be left empty."
        maxLength={500}
        value={why}
        onChange={(event) => setWhy(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
