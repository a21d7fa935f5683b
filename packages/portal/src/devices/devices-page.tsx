import { Button, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { CallFailed } from '../api/call.ts';
import { useSession } from '../session/me.ts';
import { ExportButton } from '../shared/export-button.tsx';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { Form, useChecked } from '../shared/form.tsx';
import { PageTitle } from '../shared/page-title.tsx';
import { Loading, NoRight } from '../shared/states.tsx';
import { DeviceCard } from './device-card.tsx';
import { readWanted, type Wanted } from './search.ts';
import { useHome } from './use-home.ts';

/** Devices by EUI-64 or metering point, with the home that each belongs to. */
export function DevicesPage() {
  const { me } = useSession();
  const { find } = useSearch({ from: '/devices' });
  const wanted = find === undefined ? undefined : readWanted(find);
  if (!me.permissions.includes('devices.see')) return <NoRight page="Devices" what="devices" />;
  return (
    <Stack gap="md" maw={1200}>
      <PageTitle title="Devices" />
      <div>
        <Title order={1}>Devices</Title>
        <Text c="dimmed">
          {me.acting.kind === 'operator'
            ? 'Every device, its home, and who is responsible for it when.'
            : 'The devices that you are responsible for now, and their homes.'}
        </Text>
      </div>
      <Finder key={find} find={find ?? ''} />
      {wanted === undefined ? null : <Found wanted={wanted} />}
    </Stack>
  );
}

function Finder({ find }: { find: string }) {
  const [text, setText] = useState(find);
  const navigate = useNavigate();
  const checked = useChecked(
    {
      find:
        readWanted(text) === undefined
          ? 'Enter a device as eight pairs, such as 00-DB-12-34-56-78-90-A0, an MPAN (13 digits) or an MPRN (6 to 10).'
          : undefined,
    },
    () => void navigate({ to: '/devices', search: (search) => ({ ...search, find: text.trim() }) }),
    find !== '' && readWanted(find) === undefined,
  );
  return (
    <Form checked={checked} failure={null} label="Find devices" gap="sm" maw={640}>
      <Group gap="sm" align="end">
        <TextInput
          {...checked.field('find')}
          flex="1 1 280px"
          label="Device (EUI-64), MPAN or MPRN"
          autoComplete="off"
          spellCheck={false}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Button type="submit">Find</Button>
      </Group>
    </Form>
  );
}

function Found({ wanted }: { wanted: Wanted }) {
  const { me, acting } = useSession();
  const { isPending, error, home, asked, refetch } = useHome(wanted);
  if (isPending) return <Loading what="devices" />;
  const isNone = error instanceof CallFailed && error.problem.code === 'request.not-found';
  if (error !== null && !isNone) return <FailureSummary words={wordsOf(error)} onRetry={refetch} />;
  if (home.length === 0) {
    return (
      <Stack gap={4} role="status">
        <Text fw={650}>Nothing was found.</Text>
        <Text c="dimmed">
          {me.acting.kind === 'operator'
            ? 'No such device is in the inventory. Check it, or see whether the import of devices is behind.'
            : 'Either there is no such device, or you are not responsible for it now. Both look the same here.'}
        </Text>
      </Stack>
    );
  }
  const device = wanted.kind === 'device' ? wanted.device : undefined;
  return (
    <Stack gap="md">
      <Group justify="space-between" gap="sm">
        <Text role="status" c="dimmed">
          {home.length === 1 ? 'One device' : `${home.length} devices of one home`}
          {me.acting.kind === 'operator' ? '.' : ' that you are responsible for.'}
        </Text>
        {asked === undefined ? null : (
          <ExportButton caller={{ acting }} path="/devices.csv" query={asked} name="devices" />
        )}
      </Group>
      {home.map((one) => (
        <DeviceCard key={one.device} device={one} isWanted={one.device === device} />
      ))}
    </Stack>
  );
}
