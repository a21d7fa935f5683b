import { SimpleGrid, Text, Textarea, TextInput } from '@mantine/core';
import { type ChangeLimits, changeKinds, limitsListSchema } from '@penstock/api/schemas';
import { useState } from 'react';
import { useChange } from '../shared/changing.tsx';
import { missing } from '../shared/faults.ts';
import { useChecked } from '../shared/form.tsx';
import { FormDialog } from '../shared/form-dialog.tsx';
import { fromLocal } from '../shared/time.ts';
import { TimeInput } from '../shared/time-input.tsx';
import { useZone } from '../shared/when.tsx';
import { limitsFormOf, readLimitsForm } from './limits-form.ts';
import { kindWords } from './words.ts';

/** New limits, from an instant on; those of before stay as they were. */
export function LimitsDialog({ now, onClose }: { now: ChangeLimits; onClose: () => void }) {
  const [zone] = useZone();
  const [form, setForm] = useState(() => limitsFormOf(now));
  const [from, setFrom] = useState('');
  const [reason, setReason] = useState('');
  const changing = useChange(limitsListSchema, ['change-limits', 'change-findings']);
  const { limits, faults } = readLimitsForm(form);
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
    const body = { limits, reason: reason.trim(), ...(effectiveFrom === undefined ? {} : { effectiveFrom }) };
    if ((await changing.change('/changes/limits', { method: 'POST', body })) !== undefined) onClose();
  }
  const field = (name: 'monthlyHours' | 'allowedFrom' | 'allowedTo' | 'mostAtOnce') => ({
    ...checked.field(name),
    value: form[name],
    onChange: (event: { currentTarget: { value: string } }) => setForm({ ...form, [name]: event.currentTarget.value }),
  });
  return (
    <FormDialog
      title="Change the limits"
      submit="Set the limits"
      checked={checked}
      changing={changing}
      onClose={onClose}
    >
      <Text fw={650}>Working Days of notice</Text>
      <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="sm">
        {changeKinds.map((kind) => (
          <TextInput
            key={kind}
            {...checked.field(`notice.${kind}`)}
            label={kindWords[kind]}
            inputMode="numeric"
            value={form.notice[kind]}
            onChange={(event) => setForm({ ...form, notice: { ...form.notice, [kind]: event.currentTarget.value } })}
          />
        ))}
      </SimpleGrid>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <TextInput {...field('monthlyHours')} label="Hours of Planned Maintenance a month" inputMode="decimal" />
        <TextInput {...field('mostAtOnce')} label="Changes at once, at most" inputMode="numeric" />
        <TextInput {...field('allowedFrom')} type="time" label="Planned Maintenance from" />
        <TextInput {...field('allowedTo')} type="time" label="Planned Maintenance to" />
      </SimpleGrid>
      <Textarea
        {...checked.field('services')}
        label="Services"
        description="A line each; after a colon those that it needs, parted by commas"
        autosize
        minRows={4}
        maxRows={14}
        value={form.services}
        onChange={(event) => setForm({ ...form, services: event.currentTarget.value })}
      />
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
