import { Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { z } from 'zod';
import { useChange } from '../shared/changing.tsx';
import { missing } from '../shared/faults.ts';
import { useChecked } from '../shared/form.tsx';
import { FormDialog } from '../shared/form-dialog.tsx';
import type { Shown } from './views.ts';

const savedSchema = z.object({ view: z.string() });

/** Keeps what is shown now by a name. */
export default function SaveViewDialog({ shown, onClose }: { shown: Shown; onClose: () => void }) {
  const [name, setName] = useState('');
  const saving = useChange(savedSchema, ['views']);
  const checked = useChecked({ name: missing(name, 'Enter a name for the view.') }, () => void save());
  async function save() {
    if ((await saving.change('/views', { method: 'POST', body: { name, shown } })) !== undefined) onClose();
  }
  return (
    <FormDialog title="Save this view" submit="Save" checked={checked} changing={saving} onClose={onClose}>
      <Text size="sm">It keeps the conditions, not what is found by them. Nobody else sees it.</Text>
      <TextInput
        {...checked.field('name')}
        label="Name"
        autoComplete="off"
        maxLength={80}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
