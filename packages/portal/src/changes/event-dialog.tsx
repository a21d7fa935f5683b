import { Checkbox, Radio, Stack, TextInput } from '@mantine/core';
import { type CalendarKind, calendarKinds, calendarParametersSchema } from '@penstock/api/schemas';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSession } from '../session/me.ts';
import { useChange } from '../shared/changing.tsx';
import { missing } from '../shared/faults.ts';
import { useChecked } from '../shared/form.tsx';
import { FormDialog } from '../shared/form-dialog.tsx';
import { EditWindows } from './edit-windows.tsx';
import { changeLimitsQuery } from './queries.ts';
import { emptyWindow, readWindow, type WindowForm } from './window-form.ts';
import { eventKindWords } from './words.ts';

/** A freeze, maintenance windows or a rehearsal. Those whose changes it comes in the way of are told. */
export function EventDialog({ onClose }: { onClose: () => void }) {
  const { acting } = useSession();
  const [kind, setKind] = useState<CalendarKind>('freeze');
  const [name, setName] = useState('');
  const [services, setServices] = useState<string[]>([]);
  const [windows, setWindows] = useState<readonly WindowForm[]>(() => [emptyWindow()]);
  const changing = useChange(calendarParametersSchema, ['change-calendar', 'change-findings']);
  const limits = useQuery(changeLimitsQuery({ acting }));
  const known = limits.data?.items.find(({ version }) => version === limits.data.inForce)?.limits.services ?? [];
  const read = windows.map((window, index) => readWindow(window, `windows.${index}`));
  const checked = useChecked<string>(
    {
      name: missing(name, 'Enter a name.'),
      ...Object.assign({}, ...read.map(({ faults }) => faults)),
      windows: windows.length === 0 ? 'Add a window.' : undefined,
    },
    () => void send(),
  );
  async function send() {
    const body = { kind, name: name.trim(), services, windows: read.map(({ window }) => window) };
    if ((await changing.change('/changes/calendar', { method: 'POST', body })) !== undefined) onClose();
  }
  return (
    <FormDialog title="Plan around changes" submit="Plan it" checked={checked} changing={changing} onClose={onClose}>
      <Radio.Group label="What it is" value={kind} onChange={(value) => setKind(value as CalendarKind)}>
        <Stack gap={4} mt={4}>
          {calendarKinds.map((value) => (
            <Radio key={value} value={value} label={eventKindWords[value]} />
          ))}
        </Stack>
      </Radio.Group>
      <TextInput
        {...checked.field('name')}
        label="Name"
        maxLength={120}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Checkbox.Group
        label="Services"
        description="For all of them when none is chosen"
        value={services}
        onChange={setServices}
      >
        <div className="penstock-service-choice">
          {known.map((service) => (
            <Checkbox key={service.name} value={service.name} label={service.name} />
          ))}
        </div>
      </Checkbox.Group>
      <div id={checked.field('windows').id} tabIndex={-1}>
        <EditWindows windows={windows} checked={checked} onChange={setWindows} />
      </div>
    </FormDialog>
  );
}
