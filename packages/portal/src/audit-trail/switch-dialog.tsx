import { Radio, Stack, Text } from '@mantine/core';
import { changedSchema, type TitleSwitchName, titleSwitches } from '@penstock/api/schemas';
import { useState } from 'react';
import { useChange } from '../shared/changing.tsx';
import { useChecked } from '../shared/form.tsx';
import { FormDialog } from '../shared/form-dialog.tsx';
import { fromLocal } from '../shared/time.ts';
import { TimeInput } from '../shared/time-input.tsx';
import { useZone } from '../shared/when.tsx';
import { switchWords } from './words.ts';

/** Sets a switch from an instant on. */
export function SwitchDialog(props: { name: TitleSwitchName; value: string; onClose: () => void }) {
  const { name, onClose } = props;
  const [zone] = useZone();
  const [value, setValue] = useState(props.value);
  const [from, setFrom] = useState('');
  const setting = useChange(changedSchema, ['title-switches']);
  const { title, about, values } = switchWords[name];
  const validFrom = from === '' ? undefined : fromLocal(from, zone);
  const isPast = validFrom !== undefined && Date.parse(validFrom) < Date.now();

  async function submit() {
    const body = { switch: name, value, validFrom };
    if ((await setting.change('/title-switches', { method: 'POST', body })) !== undefined) onClose();
  }
  const checked = useChecked(
    { from: isPast ? 'Choose a time that is not past: what was shown cannot be taken back.' : undefined },
    () => void submit(),
  );
  return (
    <FormDialog title={title} submit="Set it" checked={checked} changing={setting} onClose={onClose}>
      <Text size="sm" c="dimmed">
        {about}
      </Text>
      <Radio.Group label="What holds" value={value} onChange={setValue}>
        <Stack gap="xs" mt="xs">
          {titleSwitches[name].map((one) => (
            <Radio key={one} value={one} label={values[one]?.name} description={values[one]?.means} />
          ))}
        </Stack>
      </Radio.Group>
      <TimeInput
        {...checked.field('from')}
        label="From"
        description="Empty: at once."
        value={from}
        onChange={setFrom}
      />
    </FormDialog>
  );
}
