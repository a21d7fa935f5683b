import { Anchor, Button, Group, List, Select, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useId, useState } from 'react';
import { FailureSummary } from '../shared/failure.tsx';
import { useZone } from '../shared/when.tsx';
import { type FilterField, formOf, kindChoices, type MessageSearch, readForm } from './search.ts';

/** The conditions of the list. They count when they are applied, and then stand in the address. */
export function MessageFilters(props: { search: MessageSearch; onApply: (search: Partial<MessageSearch>) => void }) {
  const [zone] = useZone();
  const [form, setForm] = useState(() => formOf(props.search, zone));
  const [tries, setTries] = useState(0);
  const id = useId();
  const { faults, search } = readForm(form, zone);
  const visible = tries > 0 ? faults : [];
  const errorOf = (field: FilterField) => visible.find((fault) => fault.field === field)?.message;
  const field = (name: FilterField) => ({
    id: `${id}-${name}`,
    value: form[name],
    error: errorOf(name),
    autoComplete: 'off',
    spellCheck: false,
    onChange: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget;
      setForm((before) => ({ ...before, [name]: value }));
    },
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    setTries(faults.length > 0 ? tries + 1 : 0);
    if (faults.length === 0) props.onApply(search);
  }

  function clear() {
    setTries(0);
    setForm(formOf({} as MessageSearch, zone));
    props.onApply({});
  }

  return (
    <form onSubmit={submit} noValidate aria-label="Filter">
      <Stack gap="md">
        {visible.length === 0 ? null : (
          <FailureSummary
            key={tries}
            words={{ title: 'There is a problem with the filter.', action: 'Correct these, then show again.' }}
          >
            <List size="sm">
              {visible.map((fault) => (
                <List.Item key={fault.field}>
                  <Anchor
                    component="button"
                    type="button"
                    size="sm"
                    c="var(--mantine-color-error)"
                    onClick={() => document.getElementById(`${id}-${fault.field}`)?.focus()}
                  >
                    {fault.message}
                  </Anchor>
                </List.Item>
              ))}
            </List>
          </FailureSummary>
        )}
        <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }} spacing="sm" verticalSpacing="sm">
          <TextInput {...field('from')} type="datetime-local" step={1} label={`From (${zone})`} />
          <TextInput {...field('to')} type="datetime-local" step={1} label={`Before (${zone})`} />
          <Select
            id={`${id}-kind`}
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
          <TextInput {...field('code')} label="Code" placeholder="I99" />
          <TextInput {...field('request')} label="RequestID" placeholder="sender:target:counter" />
        </SimpleGrid>
        <Group gap="sm">
          <Button type="submit">Show</Button>
          <Button variant="default" onClick={clear}>
            Clear
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
