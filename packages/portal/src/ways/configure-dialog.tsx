import { Checkbox, Group, Paper, Select, Stack, Text, TextInput } from '@mantine/core';
import {
  type PlannedUses,
  sharedOf,
  type Way,
  type WaysDocument,
  type WayUse,
  wayNames,
  waysVersionSchema,
  wayUses,
} from '@penstock/api/schemas';
import { useState } from 'react';
import { useChange } from '../shared/changing.tsx';
import { missing } from '../shared/faults.ts';
import { useChecked } from '../shared/form.tsx';
import { FormDialog } from '../shared/form-dialog.tsx';
import { fromLocal } from '../shared/time.ts';
import { TimeInput } from '../shared/time-input.tsx';
import { useZone } from '../shared/when.tsx';
import { WordsInput } from './outage-dialogs.tsx';
import { namesIn, useWords, wayWords } from './words.ts';

interface Typed {
  readonly use: WayUse;
  readonly dependsOn: string;
}

/** Sets how the ways are used from an instant on. A fallback that shares a dependency is told of while it is typed. */
export function ConfigureDialog({ data, onClose }: { data: WaysDocument; onClose: () => void }) {
  const [zone] = useZone();
  const [typed, setTyped] = useState<Readonly<Record<Way, Typed>>>(() => {
    const last = data.planned.at(-1) ?? data.inForce;
    return Object.fromEntries(
      wayNames.map((way) => [way, { use: last.ways[way].use, dependsOn: last.ways[way].dependsOn.join(', ') }]),
    ) as Record<Way, Typed>;
  });
  const [from, setFrom] = useState('');
  const [reason, setReason] = useState('');
  const [accepts, setAccepts] = useState(false);
  const setting = useChange(waysVersionSchema, ['ways', 'versions', 'guidance']);
  const ways = Object.fromEntries(
    wayNames.map((way) => [way, { use: typed[way].use, dependsOn: namesIn(typed[way].dependsOn) }]),
  ) as unknown as PlannedUses;
  const shared = sharedOf(ways);

  async function submit() {
    const body = {
      ways,
      reason,
      effectiveFrom: from === '' ? undefined : fromLocal(from, zone),
      acceptsShared: accepts && shared.length > 0 ? true : undefined,
    };
    if ((await setting.change('/ways/versions', { method: 'POST', body })) !== undefined) onClose();
  }
  const checked = useChecked({ reason: missing(reason, 'Enter the reason.') }, () => void submit());

  return (
    <FormDialog
      title="Change the ways"
      submit="Set it and tell all Users"
      checked={checked}
      changing={setting}
      onClose={onClose}
    >
      <Text size="sm" c="dimmed">
        One way is preferred. Fallbacks are open only while an outage of it is declared. Look at who is ready before you
        change the preferred way.
      </Text>
      <Stack gap="xs">
        {wayNames.map((way) => (
          <Group key={way} gap="sm" align="flex-end" grow preventGrowOverflow={false}>
            <Select
              label={wayWords[way]}
              miw={150}
              allowDeselect={false}
              openOnFocus={false}
              data={wayUses.map((use) => ({ value: use, label: useWords[use] }))}
              value={typed[way].use}
              onChange={(use) => setTyped((before) => ({ ...before, [way]: { ...before[way], use: use as WayUse } }))}
            />
            <TextInput
              label={`What ${wayWords[way]} depends on`}
              placeholder="office suite, internet line"
              miw={220}
              maxLength={600}
              autoComplete="off"
              value={typed[way].dependsOn}
              onChange={({ currentTarget: { value } }) =>
                setTyped((before) => ({ ...before, [way]: { ...before[way], dependsOn: value } }))
              }
            />
          </Group>
        ))}
      </Stack>
      {shared.length === 0 ? null : (
        <Paper withBorder p="md" className="penstock-panel penstock-notice" role="alert">
          <Text fw={600}>A fallback may fail with the preferred way</Text>
          {shared.map((one) => (
            <Text key={one.way} size="sm">
              {wayWords[one.way]} shares {one.names.join(', ')} with {wayWords[one.with]}.
            </Text>
          ))}
          <Checkbox
            mt="xs"
            label="I know it, and want it all the same"
            checked={accepts}
            onChange={(event) => setAccepts(event.currentTarget.checked)}
          />
        </Paper>
      )}
      <TimeInput label="From" description="Empty: at once." value={from} onChange={setFrom} />
      <WordsInput
        {...checked.field('reason')}
        label="Reason"
        description="Every User reads it."
        value={reason}
        onChange={setReason}
      />
    </FormDialog>
  );
}
