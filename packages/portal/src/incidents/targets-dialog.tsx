import { SimpleGrid, Text, TextInput } from '@mantine/core';
import { type IncidentTargets, incidentCategories, incidentTargetsListSchema } from '@penstock/api/schemas';
import { useState } from 'react';
import { useChange } from '../shared/changing.tsx';
import { missing } from '../shared/faults.ts';
import { useChecked } from '../shared/form.tsx';
import { FormDialog } from '../shared/form-dialog.tsx';
import { fromLocal } from '../shared/time.ts';
import { TimeInput } from '../shared/time-input.tsx';
import { useZone } from '../shared/when.tsx';
import { pathOf, readTargetsForm, targetsFormOf } from './targets-form.ts';

/** New targets, from an instant on; incidents that are open keep those that they were opened under. */
export function TargetsDialog({ now, onClose }: { now: IncidentTargets; onClose: () => void }) {
  const [zone] = useZone();
  const [form, setForm] = useState(() => targetsFormOf(now));
  const [from, setFrom] = useState('');
  const [reason, setReason] = useState('');
  const changing = useChange(incidentTargetsListSchema, ['incident-targets']);
  const { targets, faults } = readTargetsForm(form);
  const effectiveFrom = from === '' ? undefined : fromLocal(from, zone);
  const checked = useChecked<string>(
    {
      ...faults,
      from: from !== '' && effectiveFrom === undefined ? 'Enter a date and a time, or nothing.' : undefined,
      reason: missing(reason, 'Say why.'),
    },
    () => void send(),
  );
  async function send() {
    const body = { targets, reason: reason.trim(), ...(effectiveFrom === undefined ? {} : { effectiveFrom }) };
    if ((await changing.change('/incidents/targets', { method: 'POST', body })) !== undefined) onClose();
  }
  const field = (path: string) => ({
    ...checked.field(path),
    inputMode: 'numeric' as const,
    value: form[path] ?? '',
    onChange: (event: { currentTarget: { value: string } }) => setForm({ ...form, [path]: event.currentTarget.value }),
  });
  return (
    <FormDialog
      title="Change the targets"
      submit="Set the targets"
      checked={checked}
      changing={changing}
      onClose={onClose}
    >
      <Text>
        By the clock, not by Working Days. Incidents that are open keep the targets that were in force when they were
        opened.
      </Text>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        {incidentCategories.flatMap((category) => [
          <TextInput
            key={pathOf(category, 'response')}
            {...field(pathOf(category, 'response'))}
            label={`Category ${category}: taken up within, minutes`}
          />,
          <TextInput
            key={pathOf(category, 'resolution')}
            {...field(pathOf(category, 'resolution'))}
            label={`Category ${category}: resolved within, minutes`}
          />,
        ])}
        <TextInput
          {...field('waitingSeconds')}
          label="Waiting opens an incident, seconds"
          description="Of what is pushed, and what the network takes"
        />
        <TextInput
          {...field('fetchedSeconds')}
          label="Not fetched opens one, seconds"
          description="Of what a User fetches at its own pace"
        />
      </SimpleGrid>
      <TimeInput
        {...checked.field('from')}
        label="From when"
        description="Left empty: at once"
        value={from}
        onChange={setFrom}
      />
      <TextInput
        {...checked.field('reason')}
        label="Why"
        maxLength={500}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
