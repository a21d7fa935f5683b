import { Stack, Text, TextInput, Title } from '@mantine/core';
import type { ChangeContent, ChangeView, WholeChange } from '@penstock/api/schemas';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { PageTitle } from '../shared/page-title.tsx';
import { Empty } from '../shared/states.tsx';
import { ChangeLink } from './change-link.tsx';
import { EditForm } from './edit-form.tsx';
import { formOf, readChangeForm } from './form.ts';
import { useGuard } from './guard.tsx';
import { OneChange } from './one-change.tsx';
import { SaveFailure, useSave } from './save.tsx';
import { isOver } from './words.ts';

/** Edits a change. It stands still while somebody types, whatever others do meanwhile. */
export function EditPage() {
  const { change } = useParams({ from: '/changes/$change/edit' });
  return (
    <OneChange change={change} title="Edit a change" right="changes.change" what="the editing of changes">
      {(view) => <Edit view={view} />}
    </OneChange>
  );
}

function Edit({ view }: { view: ChangeView }) {
  const over = view.see === 'whole' && isOver(view.state);
  return (
    <Stack gap="md" maw={1300}>
      <PageTitle title="Edit a change" />
      <Title order={1}>Edit a change</Title>
      {view.see === 'whole' && view.isYours && !over ? (
        <Editing opened={view} />
      ) : (
        <Empty title={over ? 'It is over.' : 'It is not yours to edit.'}>
          {over ? 'Nothing of it is changed any more. Copy it to plan the same again: ' : 'You may read it: '}
          <ChangeLink change={view} />
        </Empty>
      )}
    </Stack>
  );
}

function Editing({ opened }: { opened: WholeChange }) {
  const navigate = useNavigate();
  // what others save meanwhile is told when one saves, and moves nothing under one's hands
  const [base, setBase] = useState(opened);
  const [form, setForm] = useState(() => formOf(opened.content));
  const [isDirty, setDirty] = useState(false);
  const [why, setWhy] = useState('');
  const { guard, leave } = useGuard(isDirty);
  const saving = useSave(({ change }) => {
    leave(
      () =>
        void navigate({
          to: '/changes/$change',
          params: { change: change.change },
          search: (search) => ({ for: search.for }),
        }),
    );
  });
  const { content: mine } = readChangeForm(form);
  function save(content: ChangeContent) {
    const { change, version } = base;
    const body = { version, content, ...(why.trim() === '' ? {} : { why: why.trim() }) };
    saving.mutate({ path: `/changes/${change}`, sent: { method: 'PUT', body }, change });
  }
  return (
    <>
      {guard}
      <Text c="dimmed">
        <ChangeLink change={base} />, version {base.version}
      </Text>
      <EditForm
        form={form}
        onChange={(next) => {
          setForm(next);
          setDirty(true);
        }}
        change={base.change}
        failure={
          <SaveFailure
            saving={saving}
            base={base.content}
            mine={mine}
            onGoOn={(theirs, content) => {
              setBase(theirs);
              setForm(formOf(content));
              saving.reset();
            }}
          />
        }
        foot={
          <TextInput
            label="Why it is changed"
            description="Stands in its history. It may be left empty."
            maxLength={500}
            value={why}
            onChange={(event) => setWhy(event.currentTarget.value)}
          />
        }
        save="Save"
        isSaving={saving.isPending}
        onSave={save}
      />
    </>
  );
}
