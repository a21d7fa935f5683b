import { Button, Group, Text, TextInput, VisuallyHidden } from '@mantine/core';
import { changedSchema, type ViewDocument } from '@penstock/api/schemas';
import { useState } from 'react';
import { useChange } from '../shared/changing.tsx';
import { Dialog } from '../shared/dialog.tsx';
import { missing } from '../shared/faults.ts';
import { Form, useChecked } from '../shared/form.tsx';
import { type Shown, useViews } from './views.ts';

/** The person's own views of a page, to be renamed or deleted. */
export default function KeptViewsDialog({ page, onClose }: { page: Shown['page']; onClose: () => void }) {
  const views = useViews(page);
  const items = views.data?.items ?? [];
  return (
    <Dialog title="Saved views" size="lg" isForm onClose={onClose}>
      {items.length === 0 ? <Text>There are none.</Text> : null}
      {items.map((view) => (
        <KeptView key={view.view} view={view} />
      ))}
      <Group>
        <Button variant="default" onClick={onClose}>
          Close
        </Button>
      </Group>
    </Dialog>
  );
}

function KeptView({ view: { view, name: known } }: { view: ViewDocument }) {
  const [name, setName] = useState(known);
  const changing = useChange(changedSchema, ['views']);
  const path = `/views/${view}`;
  const checked = useChecked({ name: missing(name, 'Enter a name for the view.') }, () => {
    void changing.change(path, { method: 'PUT', body: { name } });
  });
  const which = <VisuallyHidden> {known}</VisuallyHidden>;
  return (
    <Form checked={checked} failure={changing.summary} label={known} gap="sm">
      <Group gap="xs" align="flex-end">
        <TextInput
          {...checked.field('name')}
          flex="1 1 200px"
          label={`Name of ${known}`}
          autoComplete="off"
          maxLength={80}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" loading={changing.isPending} disabled={name.trim() === known}>
          Rename{which}
        </Button>
        <Button
          variant="default"
          loading={changing.isPending}
          onClick={() => void changing.change(path, { method: 'DELETE' })}
        >
          Delete{which}
        </Button>
      </Group>
    </Form>
  );
}
