import { Button, FileInput, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { changeIntakeColumns, changeIntakeSchema, MOST_INTAKE_ROWS } from '@penstock/api/schemas';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask, CallFailed } from '../api/call.ts';
import { useSession } from '../session/me.ts';
import { ChangeFailure } from '../shared/failure.tsx';
import { Form, useChecked } from '../shared/form.tsx';
import { PageTitle } from '../shared/page-title.tsx';
import { saveFile } from '../shared/save-file.ts';
import { NoRight } from '../shared/states.tsx';
import { FaultTable } from '../submissions/fault-table.tsx';
import { LinkButton } from './changes-head.tsx';
import { kindsOf, kindWords } from './words.ts';

/** Drafts from a CSV file, a line each: all of them, or none with everything that is wrong. */
export function IntakePage() {
  const { me } = useSession();
  if (!me.permissions.includes('changes.change')) {
    return <NoRight page="Bring in changes" what="the making of changes" />;
  }
  const kinds = kindsOf(me.acting.kind === 'operator');
  return (
    <Stack gap="md" maw={1000}>
      <PageTitle title="Bring in changes" />
      <div>
        <Title order={1}>Bring in changes</Title>
        <Text c="dimmed">
          A CSV file becomes drafts, a line each, up to {MOST_INTAKE_ROWS}. All of it is taken in, or nothing, with
          everything that is wrong by its line.
        </Text>
      </div>
      <Intake />
      <Paper component="section" withBorder p="md" className="penstock-panel" aria-label="What the file has">
        <Title order={2} size="h4" mb="xs">
          What the file has
        </Title>
        <Text>
          The first line names the columns: <code className="penstock-address">{changeIntakeColumns.join(',')}</code>
        </Text>
        <ul className="penstock-why">
          <li>
            <code>kind</code> and <code>title</code> are needed; whatever else is empty is said later, in the draft.
          </li>
          <li>
            <code>kind</code> is one of {kinds.map((kind) => `${kind} (${kindWords[kind]})`).join(', ')}.
          </li>
          <li>
            <code>sharing</code> is operator, outline or everybody; left empty, operator.
          </li>
          <li>
            <code>from</code> and <code>to</code> are London’s time, such as 2026-12-10T22:00.
          </li>
          <li>Several names in a cell are parted by |.</li>
        </ul>
        <Button variant="default" mt="sm" onClick={() => saveExample(kinds[0] ?? 'process')}>
          Save an example
        </Button>
      </Paper>
    </Stack>
  );
}

function saveExample(kind: string): void {
  const line = `${kind},New firewall rules,Both sites,outline,small,DUIS gateway|Signed files,4.1.1,,,,2026-12-10T22:00,2026-12-11T02:00,The old rules are loaded again.`;
  saveFile(new Blob([`${changeIntakeColumns.join(',')}\r\n${line}\r\n`], { type: 'text/csv' }), 'changes.csv');
}

function Intake() {
  const { acting } = useSession();
  const queryClient = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const taking = useMutation({
    mutationFn: (chosen: File) =>
      ask(changeIntakeSchema, '/changes/intake', {
        caller: { acting },
        sent: { method: 'POST', body: new Blob([chosen], { type: 'text/csv' }) },
      }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['changes'] }),
  });
  const checked = useChecked({ file: file === null ? 'Choose the file.' : undefined }, () => {
    if (file !== null) taking.mutate(file);
  });
  const problem = taking.error instanceof CallFailed ? taking.error.problem : undefined;
  const faults = problem?.faults;
  if (taking.isSuccess) {
    const count = taking.data.changes.length;
    return (
      <Paper withBorder p="md" className="penstock-panel" role="status">
        <Text fw={650}>
          {count} {count === 1 ? 'draft is' : 'drafts are'} made.
        </Text>
        <Group mt="sm">
          <LinkButton to="/changes">Show the changes</LinkButton>
        </Group>
      </Paper>
    );
  }
  return (
    <Form checked={checked} failure={<ChangeFailure change={taking} />} label="Bring in changes">
      <FileInput
        {...checked.field('file')}
        label="CSV file"
        placeholder="Choose a file"
        accept=".csv,text/csv"
        clearable
        clearButtonProps={{ 'aria-label': 'Take the file out' }}
        maw={480}
        value={file}
        onChange={(chosen) => {
          setFile(chosen);
          taking.reset();
        }}
      />
      <Group>
        <Button type="submit" loading={taking.isPending}>
          Bring it in
        </Button>
      </Group>
      {faults === undefined || faults.length === 0 ? null : (
        <FaultTable faults={faults} faultCount={problem?.faultCount ?? faults.length} />
      )}
    </Form>
  );
}
