import { Button, Group, Select, SimpleGrid, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Form, useChecked } from '../shared/form.tsx';
import { useZone } from '../shared/when.tsx';
import {
  directionChoices,
  readTitleForm,
  type TitleField,
  type TitleSearch,
  titleFormOf,
  titleKindChoices,
} from './title-search.ts';

/** The conditions of the titles. They count when they are applied, and then stand in the address. */
export function TitleFilters(props: { search: TitleSearch; onApply: (search: Partial<TitleSearch>) => void }) {
  const [zone] = useZone();
  const [form, setForm] = useState(() => titleFormOf(props.search, zone));
  const { faults, search } = readTitleForm(form, zone);
  const checked = useChecked<TitleField>(faults, () => props.onApply(search));
  const set = (name: TitleField, value: string) => setForm((before) => ({ ...before, [name]: value }));
  const field = (name: TitleField) => ({
    ...checked.field(name),
    value: form[name],
    autoComplete: 'off',
    spellCheck: false,
    onChange: (event: { currentTarget: { value: string } }) => set(name, event.currentTarget.value),
  });
  const choice = (name: TitleField, every: string) => ({
    id: checked.field(name).id,
    placeholder: every,
    clearable: true,
    clearButtonProps: { 'aria-label': every },
    value: form[name] === '' ? null : form[name],
    onChange: (value: string | null) => set(name, value ?? ''),
  });

  function clear() {
    setForm(titleFormOf({}, zone));
    props.onApply({});
  }

  return (
    <Form checked={checked} failure={null} label="Filter titles">
      <SimpleGrid cols={{ base: 1, xs: 2, lg: 3 }} spacing="sm" verticalSpacing="sm">
        <TextInput {...field('from')} type="datetime-local" step={1} label={`From (${zone})`} />
        <TextInput {...field('to')} type="datetime-local" step={1} label={`Before (${zone})`} />
        <Select {...choice('direction', 'Both directions')} label="Direction" data={directionChoices} />
        <Select {...choice('kind', 'Every kind')} label="Kind" data={titleKindChoices} />
        <TextInput {...field('srv')} label="Service (SRV)" placeholder="4.1.1" />
        <TextInput {...field('code')} label="Code" placeholder="I0" />
      </SimpleGrid>
      <Group gap="sm">
        <Button type="submit">Show</Button>
        <Button variant="default" onClick={clear}>
          Clear
        </Button>
      </Group>
    </Form>
  );
}
