import { Checkbox } from '@mantine/core';

/** Whether one's side agrees to be named. */
export function NamingCheckbox({ agrees, onChange }: { agrees: boolean; onChange: (agrees: boolean) => void }) {
  return (
    <Checkbox
      label="We agree to be named"
      description="Each side is told the other’s Party and User ID when both have agreed. Until then nobody is told that you did."
      checked={agrees}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
  );
}
