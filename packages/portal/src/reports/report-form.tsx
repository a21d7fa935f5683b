import { Button, Group, NativeSelect, Table, Text, TextInput } from '@mantine/core';
import { euiSchema, type reportListSchema } from '@penstock/api/schemas';
import { useMutation } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { z } from 'zod';
import { addressOf, type Caller, send } from '../api/call.ts';
import { monthName } from '../changes/calendar-days.ts';
import { ChangeFailure } from '../shared/failure.tsx';
import { Form, useChecked } from '../shared/form.tsx';
import { saveFile } from '../shared/save-file.ts';
import { ScrollBox } from '../shared/scroll-box.tsx';
import { readCsv } from './read-csv.ts';
import { linesWords, monthsUntil, shownOf } from './words.ts';

export type ListedReport = z.infer<typeof reportListSchema>['items'][number];

/** As many lines as can be read; the file has all. */
const MOST_SHOWN = 100;

/**
 * Asks for one report when it is told to: one of a record is a look that may be recorded, and one of an inventory takes
 * time. What is shown and what is saved is the same answer.
 */
export function ReportForm(props: { report: ListedReport; caller: Caller; user: string | undefined }) {
  const { report, caller, user } = props;
  const { name, takes } = report;
  const search = useSearch({ from: '/reports' });
  const navigate = useNavigate();
  const months = monthsUntil(new Date());
  const month = months.find((one) => one === search.month) ?? months[0];
  const [device, setDevice] = useState(search.device ?? '');
  const read = euiSchema.safeParse(device.trim()).data;
  const takesMonth = takes.includes('month');
  const takesDevice = takes.includes('device');
  const making = useMutation({
    mutationFn: async (of: string | undefined) => {
      const query = { userId: user, month: takesMonth ? month : undefined, device: of };
      return await (await send(addressOf(`/reports/${name}`, query), caller)).text();
    },
  });
  const checked = useChecked(
    {
      device:
        takesDevice && read === undefined
          ? 'Enter a device as eight pairs, such as 00-DB-12-34-56-78-90-A0.'
          : undefined,
    },
    () => {
      const of = takesDevice ? read : undefined;
      making.mutate(of);
      if (of !== undefined) void navigate({ to: '/reports', search: (before) => ({ ...before, device: of }) });
    },
  );
  const isOfThis = !takesDevice || making.variables === read;
  return (
    <>
      <Form checked={checked} failure={<ChangeFailure change={making} />} label={`Ask for ${name}`} gap="sm">
        <Group gap="sm" align="end">
          {takesMonth ? (
            <NativeSelect
              label="Month (UTC)"
              value={month}
              data={months.map((one) => ({ value: one, label: monthName(`${one}-01`) }))}
              onChange={({ currentTarget: { value } }) =>
                void navigate({ to: '/reports', search: (before) => ({ ...before, month: value }) })
              }
            />
          ) : null}
          {takesDevice ? (
            <TextInput
              {...checked.field('device')}
              flex="1 1 240px"
              maw={360}
              label="Device (EUI-64)"
              autoComplete="off"
              spellCheck={false}
              value={device}
              onChange={({ currentTarget: { value } }) => setDevice(value)}
            />
          ) : null}
          <Button type="submit" loading={making.isPending}>
            Show the report
          </Button>
        </Group>
      </Form>
      {making.data === undefined || !isOfThis ? null : (
        <Made text={making.data} name={name} file={takesMonth ? `${name}-${month}` : name} />
      )}
    </>
  );
}

function Made({ text, name, file }: { text: string; name: string; file: string }) {
  const { columns, rows, count } = shownOf(readCsv(text), MOST_SHOWN);
  return (
    <>
      <Group gap="sm" my="sm">
        <Text role="status">
          {count === 0 ? 'It has no lines: there is nothing to count.' : `It has ${linesWords(count)}`}
          {count > rows.length ? `; the first ${rows.length} are shown.` : count === 0 ? '' : '.'}
        </Text>
        <Button
          variant="default"
          onClick={() => saveFile(new Blob([text], { type: 'text/csv;charset=utf-8' }), `${file}.csv`)}
        >
          Save as CSV
        </Button>
      </Group>
      {count === 0 ? null : (
        <ScrollBox label={`${name}, its first lines`}>
          <Table fz="sm" aria-label={name}>
            <Table.Thead>
              <Table.Tr>
                {columns.map((column) => (
                  <Table.Th key={column} scope="col">
                    {column}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map((row) => (
                <Table.Tr key={row.join(' ')}>
                  {row.map((cell, index) => (
                    <Table.Td key={columns[index]}>{cell}</Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </ScrollBox>
      )}
    </>
  );
}
