import { Button, Fieldset, Group, Radio, Select, SimpleGrid, Stack, TextInput } from '@mantine/core';
import type { Checked } from '../shared/form.tsx';
import { emptyWindow, timesShown, type Which, type WindowForm } from './window-form.ts';

const repeats = [
  { value: '', label: 'Does not repeat' },
  { value: 'day', label: 'Each day' },
  { value: 'week', label: 'Each week' },
  { value: 'month', label: 'Each month' },
];

/** When it is to be: any number of windows in London's time, each once or again and again. */
export function EditWindows(props: {
  windows: readonly WindowForm[];
  checked: Checked<string>;
  onChange: (windows: readonly WindowForm[]) => void;
}) {
  const { windows, checked, onChange } = props;
  return (
    <Stack gap="sm">
      {windows.map((window, index) => (
        <EditWindow
          key={window.key}
          window={window}
          name={`Window ${index + 1}`}
          at={`windows.${index}`}
          checked={checked}
          onChange={(next) => onChange(windows.map((each) => (each.key === window.key ? next : each)))}
          onRemove={() => onChange(windows.filter((each) => each.key !== window.key))}
        />
      ))}
      <div>
        <Button variant="default" onClick={() => onChange([...windows, emptyWindow()])}>
          Add a window
        </Button>
      </div>
    </Stack>
  );
}

function EditWindow(props: {
  window: WindowForm;
  name: string;
  at: string;
  checked: Checked<string>;
  onChange: (window: WindowForm) => void;
  onRemove: () => void;
}) {
  const { window, name, at, checked, onChange, onRemove } = props;
  const put = (change: Partial<WindowForm>) => onChange({ ...window, ...change });
  const text = (field: 'from' | 'to' | 'interval' | 'until' | 'except') => ({
    ...checked.field(`${at}.${field}`),
    value: window[field],
    onChange: (event: { currentTarget: { value: string } }) => put({ [field]: event.currentTarget.value }),
  });
  return (
    <Fieldset legend={name} p="sm">
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <div>
          <TextInput {...text('from')} type="datetime-local" label="From (London)" />
          <WhichHour
            name={`${name}, from: which hour`}
            time={window.from}
            which={window.fromWhich}
            onChange={(fromWhich) => put({ fromWhich })}
          />
        </div>
        <div>
          <TextInput {...text('to')} type="datetime-local" label="To (London)" />
          <WhichHour
            name={`${name}, to: which hour`}
            time={window.to}
            which={window.toWhich}
            onChange={(toWhich) => put({ toWhich })}
          />
        </div>
        <Select
          label="Repeats"
          allowDeselect={false}
          data={repeats}
          value={window.every}
          onChange={(every) => put({ every: (every ?? '') as WindowForm['every'] })}
        />
        {window.every === '' ? null : (
          <>
            <TextInput
              {...text('interval')}
              inputMode="numeric"
              label="Every how many"
              description={`2: every second ${window.every}`}
            />
            <TextInput {...text('until')} type="date" label="Until" description="The last day on which one may begin" />
            <TextInput {...text('except')} label="But not on" description="Days such as 2026-12-24, parted by commas" />
          </>
        )}
      </SimpleGrid>
      <Group mt="sm">
        <Button size="compact-sm" variant="default" onClick={onRemove}>
          Take {name.toLowerCase()} out
        </Button>
      </Group>
    </Fieldset>
  );
}

/** In the night in which the clocks go back an hour comes twice. */
function WhichHour(props: { name: string; time: string; which: Which; onChange: (which: Which) => void }) {
  if (timesShown(props.time) !== 2) return null;
  return (
    <Radio.Group
      mt={6}
      label="This time comes twice that night"
      aria-label={props.name}
      value={props.which}
      onChange={(which) => props.onChange(which as Which)}
    >
      <Radio mt={4} value="+01:00" label="The first time, before the clocks go back (+01:00)" />
      <Radio mt={4} value="+00:00" label="The second time (+00:00)" />
    </Radio.Group>
  );
}
