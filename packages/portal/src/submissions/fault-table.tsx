import { Table, Text } from '@mantine/core';
import { count } from '../thresholds/words.ts';

export interface ShownFault {
  readonly line: number;
  readonly column?: string | undefined;
  readonly code: string;
  readonly message: string;
  readonly action: string;
}

/** Everything that is wrong with a file, line by line, with what to do. */
export function FaultTable({ faults, faultCount }: { faults: readonly ShownFault[]; faultCount: number }) {
  return (
    <section aria-label="What is wrong">
      <Text fw={650} mb="xs">
        {count(faultCount)} {faultCount === 1 ? 'thing is' : 'things are'} wrong
        {faultCount > faults.length ? `; the first ${count(faults.length)} are shown` : ''}.
      </Text>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <section className="penstock-faults" tabIndex={0} aria-label="Faults by line">
        <Table fz="sm" stickyHeader>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Line</Table.Th>
              <Table.Th scope="col">Column</Table.Th>
              <Table.Th scope="col">What is wrong</Table.Th>
              <Table.Th scope="col">What to do</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {faults.map(({ line, column, code, message, action }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: one line may have two faults of one code
              <Table.Tr key={index}>
                <Table.Th scope="row" fw={400}>
                  {count(line)}
                </Table.Th>
                <Table.Td>{column ?? '-'}</Table.Td>
                <Table.Td>
                  {message}
                  <Text size="xs" c="dimmed" className="penstock-identifier">
                    {code}
                  </Text>
                </Table.Td>
                <Table.Td>{action}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </section>
    </section>
  );
}
