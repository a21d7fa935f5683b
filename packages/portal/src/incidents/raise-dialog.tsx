import { NativeSelect, Text, Textarea, TextInput } from '@mantine/core';
import { raisedIncidentSchema } from '@penstock/api/schemas';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useSession } from '../session/me.ts';
import { useChange } from '../shared/changing.tsx';
import { missing } from '../shared/faults.ts';
import { useChecked } from '../shared/form.tsx';
import { FormDialog } from '../shared/form-dialog.tsx';
import { AffectedFields, affectedFormOf, affectedOf } from './affected-fields.tsx';
import { touchedByDeed } from './queries.ts';
import { categoryWords } from './words.ts';

/** What went wrong, in a person's words. */
export function RaiseDialog({ onClose }: { onClose: () => void }) {
  const { me } = useSession();
  const navigate = useNavigate();
  const [title, setTitle] = useState('');
  const [words, setWords] = useState('');
  const [category, setCategory] = useState('4');
  const [affected, setAffected] = useState(affectedFormOf());
  const raising = useChange(raisedIncidentSchema, touchedByDeed);
  const checked = useChecked({ title: missing(title, 'Say in one line what went wrong.') }, () => void send());
  async function send() {
    const said = words.trim() === '' ? {} : { words: words.trim() };
    const body = { title: title.trim(), ...said, category: Number(category), affected: affectedOf(affected) };
    const raised = await raising.change('/incidents', { method: 'POST', body });
    if (raised === undefined) return;
    onClose();
    const { incident } = raised.incident;
    void navigate({ to: '/incidents/$incident', params: { incident }, search: (search) => ({ for: search.for }) });
  }
  return (
    <FormDialog title="Raise an incident" submit="Raise it" checked={checked} changing={raising} onClose={onClose}>
      <Text>
        {me.acting.kind === 'operator'
          ? 'It is the Operator’s. Name the Users whom it concerns as Interested Parties afterwards.'
          : 'You and the Operator see it, and the Interested Parties whom the Operator names: to them you are a Party of your kind.'}
      </Text>
      <TextInput
        {...checked.field('title')}
        label="What went wrong"
        maxLength={120}
        value={title}
        onChange={(event) => setTitle(event.currentTarget.value)}
      />
      <Textarea
        label="Description"
        description="Since when, what you see, what you tried. It may be left empty."
        autosize
        minRows={3}
        maxLength={4_000}
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      <AffectedFields form={affected} onChange={setAffected} />
      <NativeSelect
        label="Category"
        description="1 is taken up within 10 minutes; keep it for when nothing works. The Operator may set another."
        value={category}
        data={Object.entries(categoryWords).map(([value, label]) => ({ value, label }))}
        onChange={(event) => setCategory(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
