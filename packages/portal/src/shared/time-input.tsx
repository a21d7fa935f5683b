import { TextInput } from '@mantine/core';
import { useZone } from './when.tsx';

/** A time of the reader's zone; empty: none. */
export function TimeInput(props: {
  id?: string;
  error?: string | undefined;
  label: string;
  description?: string;
  value: string;
  onChange: (value: string) => void;
}) {
  const [zone] = useZone();
  const { label, value, onChange, ...rest } = props;
  return (
    <TextInput
      {...rest}
      type="datetime-local"
      // else a year has six digits
      max="9999-12-31T23:59"
      label={`${label} (${zone})`}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
