import { Anchor, Group, Paper, Stack, Text, Title } from '@mantine/core';
import type { DeviceDocument } from '@penstock/api/schemas';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useSession } from '../session/me.ts';
import { Facts } from '../shared/states.tsx';
import { UserName } from '../shared/user-name.tsx';
import { When } from '../shared/when.tsx';
import { DeviceLink } from './device-link.tsx';
import { kindWords } from './kinds.ts';
import { inOrder, type Responsibility, responsibilityWords, spanAt } from './responsible.ts';

/** Devices that take and send messages as they should; others wait for something or have left. */
const marks: Partial<Record<DeviceDocument['status'], string>> = {
  Commissioned: 'passed',
  Recovered: 'passed',
  Suspended: 'refused',
  Decommissioned: 'deleted',
  Withdrawn: 'deleted',
};

export function DeviceCard({ device, isWanted }: { device: DeviceDocument; isWanted: boolean }) {
  const { me } = useSession();
  const { kind, status, smets, manufacturer, model, firmware, region, home } = device;
  const facts: [string, ReactNode][] = [
    ['Home', home === undefined ? undefined : <HomeLink key="home" home={home} own={device.device} />],
    ['Made by', [manufacturer, model].filter(Boolean).join(' ')],
    ['Firmware', firmware],
    ['Region', region],
    ['Generation', `SMETS${smets}`],
    ['Import MPAN', device.importMpan],
    ['Export MPAN', device.exportMpan],
    ['MPRN', device.mprn],
    ['Last changed', <When key="at" at={device.updatedAt} inline />],
  ];
  return (
    <Paper
      component="section"
      withBorder
      p="md"
      className={isWanted ? 'penstock-panel penstock-wanted' : 'penstock-panel'}
      aria-label={`${kindWords[kind]} ${device.device}`}
    >
      <Group justify="space-between" gap="sm" align="baseline">
        <div>
          <Title order={2} size="h4">
            {kindWords[kind]} ({kind})
          </Title>
          <DeviceLink device={device.device} />
        </div>
        <span className={`penstock-outcome penstock-outcome-${marks[status] ?? 'warned'}`}>{status}</span>
      </Group>
      <div className="penstock-device">
        <Facts facts={facts} />
        <Stack gap="xs">
          <Title order={3} size="h6">
            {me.acting.kind === 'operator' ? 'Who is responsible' : 'Why you may see it'}
          </Title>
          <Responsible responsible={device.responsible} />
          {me.permissions.includes('record.see') ? (
            <Anchor
              size="sm"
              renderRoot={(props) => (
                <Link to="/messages" search={(search) => ({ for: search.for, device: device.device })} {...props} />
              )}
            >
              Messages of this device
            </Anchor>
          ) : null}
        </Stack>
      </div>
    </Paper>
  );
}

function HomeLink({ home, own }: { home: string; own: string }) {
  if (home === own) return 'this one';
  return (
    <Anchor
      renderRoot={(props) => <Link to="/devices" search={(search) => ({ for: search.for, find: home })} {...props} />}
    >
      {home}
    </Anchor>
  );
}

function Responsible({ responsible }: { responsible: readonly Responsibility[] }) {
  const now = Date.now();
  if (responsible.length === 0) return <Text size="sm">Nobody is: no registration names its metering points.</Text>;
  return (
    <ul className="penstock-responsible">
      {inOrder(responsible, now).map((one) => (
        <li
          key={`${one.role} ${one.validFrom}`}
          className={`penstock-span penstock-span-${spanAt(one, now).replace(' ', '-')}`}
        >
          <b>{responsibilityWords[one.role]}</b> ({one.role}), <UserName userId={one.userId} inline />
          <Text size="sm" c="dimmed">
            {spanAt(one, now)}
            {one.validFrom === undefined ? (
              ''
            ) : (
              <>
                , from <When at={one.validFrom} inline />
              </>
            )}
            {one.validTo === undefined ? (
              ''
            ) : (
              <>
                {' '}
                until <When at={one.validTo} inline />
              </>
            )}
          </Text>
        </li>
      ))}
    </ul>
  );
}
