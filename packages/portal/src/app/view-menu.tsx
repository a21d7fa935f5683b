import { type MantineColorScheme, Radio, Stack, useMantineColorScheme, VisuallyHidden } from '@mantine/core';
import { Disclosure } from '../shared/disclosure.tsx';
import { type Zone, zones } from '../shared/time.ts';
import { useZone } from '../shared/when.tsx';

const schemes = { auto: 'As this device has it', light: 'Light', dark: 'Dark' } as const;

/** How the reader wants to see: the zone of all times, and light or dark. Kept in this browser. */
export function ViewMenu() {
  const [zone, setZone] = useZone();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Disclosure
      label="View"
      width={230}
      buttonProps={{ variant: 'subtle', px: 'xs' }}
      button={
        <>
          <VisuallyHidden>View: times in </VisuallyHidden>
          {zone === 'UTC' ? 'UTC' : 'London'}
        </>
      }
    >
      {() => (
        <Stack gap="md">
          <Radio.Group label="Times in" value={zone} onChange={(value) => setZone(value as Zone)}>
            <Stack gap={8} mt={8}>
              {zones.map((one) => (
                <Radio key={one} value={one} label={one} />
              ))}
            </Stack>
          </Radio.Group>
          <Radio.Group
            label="Colours"
            value={colorScheme}
            onChange={(value) => setColorScheme(value as MantineColorScheme)}
          >
            <Stack gap={8} mt={8}>
              {Object.entries(schemes).map(([scheme, words]) => (
                <Radio key={scheme} value={scheme} label={words} />
              ))}
            </Stack>
          </Radio.Group>
        </Stack>
      )}
    </Disclosure>
  );
}
