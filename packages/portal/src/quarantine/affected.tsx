import { SimpleGrid, Table, Text } from '@mantine/core';
import type { AffectedDocument } from '@penstock/api/schemas';
import { ScrollBox } from '../shared/scroll-box.tsx';
import { count } from '../thresholds/words.ts';

type Group = AffectedDocument['regions'][number];

/** What the held messages concern: by region as far as the inventory says, by service, by kind of device. */
export function Affected({ affected }: { affected: AffectedDocument }) {
  const { devices, messages, regions, services, kinds } = affected;
  const knowsRegions = regions.some(({ name }) => name !== undefined);
  return (
    <>
      <Text size="sm" mb="sm">
        {count(messages)} held {messages === 1 ? 'message concerns' : 'messages concern'} {count(devices)}{' '}
        {devices === 1 ? 'device' : 'devices'}, decided on or not.
        {knowsRegions || devices === 0 ? '' : ' The inventory says no region of them.'}
      </Text>
      <SimpleGrid cols={{ base: 1, sm: 2, md: knowsRegions ? 3 : 2 }} spacing="lg">
        {knowsRegions ? <GroupTable title="By region" groups={regions} unknown="region not known" /> : null}
        <GroupTable title="By service" groups={services} unknown="no service" />
        <GroupTable title="By kind of device" groups={kinds} unknown="not in the inventory" />
      </SimpleGrid>
    </>
  );
}

function GroupTable({ title, groups, unknown }: { title: string; groups: readonly Group[]; unknown: string }) {
  return (
    <ScrollBox label={title}>
      <Table fz="sm" captionSide="top" verticalSpacing={4}>
        <Table.Caption ta="left" fw={650} mt={0}>
          {title}
        </Table.Caption>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{title.replace('By ', '').replace(/^./, (letter) => letter.toUpperCase())}</Table.Th>
            <Table.Th scope="col" ta="right">
              Devices
            </Table.Th>
            <Table.Th scope="col" ta="right">
              Messages
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {groups.map(({ name, devices, messages }) => (
            <Table.Tr key={name ?? ''}>
              <Table.Th scope="row" fw={400}>
                {name ?? unknown}
              </Table.Th>
              <Table.Td ta="right">{count(devices)}</Table.Td>
              <Table.Td ta="right">{count(messages)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollBox>
  );
}
