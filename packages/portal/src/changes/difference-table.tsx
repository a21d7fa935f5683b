import { Table } from '@mantine/core';
import { ScrollBox } from '../shared/scroll-box.tsx';
import type { Difference } from './content-words.ts';

const shown = (text: string | undefined) => text ?? '–';

/** What two versions say otherwise, side by side. */
export function DifferenceTable(props: {
  label: string;
  names: readonly [string, string];
  differences: readonly Difference[];
}) {
  const { label, names, differences } = props;
  return (
    <ScrollBox label={label}>
      <Table aria-label={label} mt={6} className="penstock-differences">
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">Of</Table.Th>
            <Table.Th scope="col">{names[0]}</Table.Th>
            <Table.Th scope="col">{names[1]}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {differences.map(({ field, name, before, after }) => (
            <Table.Tr key={`${field} ${name}`}>
              <Table.Th scope="row">{name}</Table.Th>
              <Table.Td className="penstock-written">{shown(before)}</Table.Td>
              <Table.Td className="penstock-written">{shown(after)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollBox>
  );
}
