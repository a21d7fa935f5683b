import { Button, Checkbox, Group, Select, SimpleGrid, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSession } from '../session/me.ts';
import { Form, useChecked } from '../shared/form.tsx';
import { useZone } from '../shared/when.tsx';
import { changeLimitsQuery } from './queries.ts';
import { type ChangesSearch, type Conditions, type FormField, formOf, readForm } from './search.ts';
import { kindChoices, stateChoices } from './words.ts';

/** What changes are narrowed to. It counts when it is applied, and then stands in the address. */
export function ConditionForm(props: {
  search: Conditions & { from?: string | undefined; to?: string | undefined };
  /** Whether it has a time of its own: the calendar's is where one looks. */
  hasTimes: boolean;
  onApply: (search: Partial<ChangesSearch>) => void;
}) {
  const { search, hasTimes, onApply } = props;
  const { me, acting } = useSession();
  const [zone] = useZone();
  const [form, setForm] = useState(() => formOf(search, zone));
  const { faults, search: wanted } = readForm(form, zone);
  const checked = useChecked<FormField>(faults, () => onApply(wanted));
  const limits = useQuery(changeLimitsQuery({ acting }));
  const services = limits.data?.items.find(({ version }) => version === limits.data.inForce)?.limits.services ?? [];
  const put = (name: FormField, value: string) => setForm((before) => ({ ...before, [name]: value }));
  const field = (name: FormField) => ({
    ...checked.field(name),
    value: form[name],
    autoComplete: 'off',
    spellCheck: false,
    maxLength: 100,
    onChange: (event: { currentTarget: { value: string } }) => put(name, event.currentTarget.value),
  });
  const choice = (name: FormField, every: string) => ({
    id: checked.field(name).id,
    placeholder: every,
    clearable: true,
    clearButtonProps: { 'aria-label': every },
    value: form[name] === '' ? null : form[name],
    onChange: (value: string | null) => put(name, value ?? ''),
  });
  function clear() {
    setForm(formOf({}, zone));
    onApply({});
  }
  return (
    <Form checked={checked} failure={null} label="Filter">
      <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }} spacing="sm" verticalSpacing="sm">
        {hasTimes ? (
          <>
            <TextInput {...field('from')} type="datetime-local" label={`From (${zone})`} />
            <TextInput {...field('to')} type="datetime-local" label={`Before (${zone})`} />
          </>
        ) : null}
        <Select {...choice('kind', 'Every kind')} label="Kind" data={kindChoices} />
        <Select {...choice('state', 'Every state')} label="State" data={stateChoices} />
        <Select
          {...choice('service', 'Every service')}
          label="Service"
          searchable
          data={services.map(({ name }) => name)}
        />
        <TextInput {...field('srv')} label="SRV" placeholder="4.1.1" />
        <TextInput {...field('interface')} label="Interface" />
        <TextInput {...field('deviceModel')} label="Device model" />
        <TextInput {...field('region')} label="Region" />
        <TextInput {...field('find')} label="Find" placeholder="In titles and descriptions" />
      </SimpleGrid>
      <Group gap="lg">
        <Checkbox
          label={me.acting.kind === 'operator' ? 'Only those of the Operator' : 'Only my own'}
          checked={form.mine === 'true'}
          onChange={(event) => put('mine', event.currentTarget.checked ? 'true' : '')}
        />
        <Group gap="sm">
          <Button type="submit">Show</Button>
          <Button variant="default" onClick={clear}>
            Clear
          </Button>
        </Group>
      </Group>
    </Form>
  );
}
