import { Button, Group, TextInput } from '@mantine/core';
import type { TimelineDocument } from '@penstock/api/schemas';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { localOrNothing, readPeriod } from '../shared/conditions.ts';
import { missing } from '../shared/faults.ts';
import { Form, useChecked } from '../shared/form.tsx';
import { useZone } from '../shared/when.tsx';
import type { DeviceSearch } from './timeline-search.ts';

/** From when to when the timeline is shown, as people write it. */
export function TimelinePeriod(props: {
  search: DeviceSearch;
  /** What the fields begin with. */
  shown: Pick<TimelineDocument, 'from' | 'to'> | undefined;
  onChosen: () => void;
}) {
  const { search, shown, onChosen } = props;
  const [zone] = useZone();
  const navigate = useNavigate();
  const [form, setForm] = useState(() => ({
    from: localOrNothing(shown?.from, zone),
    to: localOrNothing(shown?.to, zone),
  }));
  const { from, to, faults } = readPeriod(form, zone);
  const checked = useChecked(
    {
      from: faults.from ?? missing(form.from, 'Enter from when.'),
      to: faults.to ?? missing(form.to, 'Enter up to when.'),
    },
    () => {
      const { for: acting, user } = search;
      void navigate({ to: '.', search: { for: acting, user, tab: 'timeline', from, to }, resetScroll: false });
      onChosen();
    },
  );
  const field = (name: 'from' | 'to') => ({
    ...checked.field(name),
    type: 'datetime-local',
    step: 1,
    value: form[name],
    onChange: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget;
      setForm((before) => ({ ...before, [name]: value }));
    },
  });
  return (
    <Form checked={checked} failure={null} label="Choose the time" gap="sm">
      <Group gap="sm" align="end">
        <TextInput {...field('from')} flex="1 1 200px" maw={300} label={`From (${zone})`} />
        <TextInput {...field('to')} flex="1 1 200px" maw={300} label={`Before (${zone})`} />
        <Button type="submit">Show</Button>
      </Group>
    </Form>
  );
}
