import { Button, Select, Stack, Text, Title } from '@mantine/core';
import { type ChangeContent, changePageSchema } from '@penstock/api/schemas';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ask } from '../api/call.ts';
import { useSession } from '../session/me.ts';
import { PageTitle } from '../shared/page-title.tsx';
import { NoRight } from '../shared/states.tsx';
import { EditForm } from './edit-form.tsx';
import { emptyForm, formOf, readChangeForm } from './form.ts';
import { useGuard } from './guard.tsx';
import { SaveFailure, useSave } from './save.tsx';
import { kindsOf, titleOf } from './words.ts';
import './changes.css';

/** A draft, from nothing or from a template. */
export function NewPage() {
  const { me } = useSession();
  if (!me.permissions.includes('changes.change')) return <NoRight page="New change" what="the making of changes" />;
  return (
    <Stack gap="md" maw={1300}>
      <PageTitle title="New change" />
      <div>
        <Title order={1}>New change</Title>
        <Text c="dimmed">
          It begins as a draft, which nobody but your own people sees. A title is enough; the rest can come later.
        </Text>
      </div>
      <Making />
    </Stack>
  );
}

function Making() {
  const { me, acting } = useSession();
  const navigate = useNavigate();
  const isOperator = me.acting.kind === 'operator';
  const [form, setForm] = useState(() => emptyForm(kindsOf(isOperator)[0] ?? 'process'));
  const [isDirty, setDirty] = useState(false);
  const { guard, leave } = useGuard(isDirty);
  const templates = useQuery({
    queryKey: ['changes', acting, 'templates'],
    queryFn: ({ signal }) =>
      ask(changePageSchema, '/changes', { caller: { acting }, query: { state: 'template', mine: 'true' }, signal }),
    meta: { live: { topics: ['changes'] } },
  });
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
  const save = (content: ChangeContent, isTemplate: boolean) =>
    saving.mutate({
      path: '/changes',
      sent: { method: 'POST', body: { content, ...(isTemplate ? { isTemplate: true } : {}) } },
    });
  const items = templates.data?.items ?? [];
  return (
    <>
      {guard}
      {items.length === 0 ? null : (
        <Select
          label="Begin with a template"
          w={420}
          maw="100%"
          placeholder="None"
          value={null}
          data={items.map((item) => ({ value: item.change, label: titleOf(item) }))}
          onChange={(chosen) => {
            const template = items.find(({ change }) => change === chosen);
            if (template?.see === 'whole') setForm(formOf(template.content));
          }}
        />
      )}
      <EditForm
        form={form}
        onChange={(next) => {
          setForm(next);
          setDirty(true);
        }}
        change={undefined}
        failure={<SaveFailure saving={saving} base={undefined} mine={mine} onGoOn={() => undefined} />}
        save="Save as a draft"
        isSaving={saving.isPending}
        onSave={(content) => save(content, false)}
      >
        <Button
          variant="default"
          disabled={mine === undefined}
          onClick={() => {
            if (mine !== undefined) save(mine, true);
          }}
        >
          Save as a template
        </Button>
      </EditForm>
    </>
  );
}
