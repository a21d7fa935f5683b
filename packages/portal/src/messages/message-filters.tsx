import { Button, Group, Select, SimpleGrid, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Form, useChecked } from '../shared/form.tsx';
import { useZone } from '../shared/when.tsx';
import { type FilterField, formOf, kindChoices, type MessageSearch, readForm } from './search.ts';

/** The conditions of the list. They count when they are applied, and then stand in the address. */
export function MessageFilters(props: { search: MessageSearch; onApply: (search: Partial<MessageSearch>) => void }) {
  const [zone] = useZone();
  const [form, setForm] = useState(() => formOf(props.search, zone));
  const { faults, search } = readForm(form, zone);
  const checked = useChecked<FilterField>(faults, () => props.onApply(search));
  const field = (name: FilterField) => ({
    ...checked.field(name),
    value: form[name],
    autoComplete: 'off',
    spellCheck: false,
    onChange: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget;
      setForm((before) => ({ ...before, [name]: value }));
    },
  });

  function clear() {
    setForm(formOf({} as MessageSearch, zone));
    props.onApply({});
  }

  return (
    <Form checked={checked} failure={null} label="Filter">
      <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }} spacing="sm" verticalSpacing="sm">
        <TextInput {...field('from')} type="datetime-local" step={1} label={`From (${zone})`} />
        <TextInput {...field('to')} type="datetime-local" step={1} label={`Before (${zone})`} />
        <Select
          id={checked.field('kind').id}
          label="Kind"
          placeholder="Every kind"
          clearable
          clearButtonProps={{ 'aria-label': 'Every kind' }}
          data={kindChoices}
          value={form.kind === '' ? null : form.kind}
          onChange={(kind) => setForm((before) => ({ ...before, kind: kind ?? '' }))}
        />
        <TextInput {...field('srv')} label="Service (SRV)" placeholder="4.1.1" />
        <TextInput {...field('device')} label="Device" placeholder="00-DB-12-34-56-78-90-A0" />
        <TextInput {...field('mpxn')} label="Metering point (MPxN)" placeholder="MPAN or MPRN" />
        <TextInput {...field('code')} label="Code" placeholder="I99" />
        <TextInput {...field('request')} label="RequestID" placeholder="sender:target:counter" />
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
