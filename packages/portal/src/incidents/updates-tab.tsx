import { Button, Group, NativeSelect, Paper, Stack, Text, Textarea } from '@mantine/core';
import {
  type IncidentAudience,
  type IncidentDocument,
  type IncidentUpdate,
  incidentSchema,
  incidentUpdatePageSchema,
} from '@penstock/api/schemas';
import { useState } from 'react';
import { useSession } from '../session/me.ts';
import { useChange } from '../shared/changing.tsx';
import { missing } from '../shared/faults.ts';
import { Form, useChecked } from '../shared/form.tsx';
import { PagedTable, usePaged } from '../shared/paged.tsx';
import { When } from '../shared/when.tsx';
import { touchedByDeed } from './queries.ts';
import { audiencesFor, audienceWords, updateWords } from './words.ts';

/** What was done and said, as far as it is for its reader; and saying more. */
export function UpdatesTab({ incident }: { incident: IncidentDocument }) {
  const { me } = useSession();
  const list = usePaged<IncidentUpdate, typeof incidentUpdatePageSchema>(
    'incident-updates',
    incidentUpdatePageSchema,
    `/incidents/${incident.incident}/updates`,
  );
  return (
    <Stack gap="md">
      {me.permissions.includes('incidents.change') ? <Write incident={incident} /> : null}
      <PagedTable
        list={list}
        label="Updates"
        columns={[
          ['When', 1.3],
          ['What', 0.7],
          ['Words', 2.4],
          ['By', 1.7],
          ['For', 1.3],
        ]}
        keyOf={({ number }) => String(number)}
        empty={<Text>Nothing was done yet.</Text>}
      >
        {({ at, kind, words, by, audience }) => [
          <When key="at" at={at} />,
          <Text key="kind" size="sm">
            {updateWords[kind]}
          </Text>,
          <Text key="words" size="sm" className="penstock-written">
            {sentence(words)}
          </Text>,
          <Text key="by" size="sm" className="penstock-written">
            {by}
          </Text>,
          <Text key="for" size="sm" c="dimmed">
            {audienceWords[audience]}
          </Text>,
        ]}
      </PagedTable>
    </Stack>
  );
}

const sentence = (words: string) => words.charAt(0).toUpperCase() + words.slice(1);

function Write({ incident }: { incident: IncidentDocument }) {
  const { me } = useSession();
  const [words, setWords] = useState('');
  const [audience, setAudience] = useState<IncidentAudience>('readers');
  const writing = useChange(incidentSchema, touchedByDeed);
  const checked = useChecked({ words: missing(words, 'Write the update.') }, () => void send());
  async function send() {
    const body = { words: words.trim(), audience };
    const done = await writing.change(`/incidents/${incident.incident}/updates`, { method: 'POST', body });
    if (done !== undefined) setWords('');
  }
  const audiences = audiencesFor(incident, me.acting.kind === 'operator');
  return (
    <Paper withBorder p="md" className="penstock-panel">
      <Form checked={checked} failure={writing.summary} label="Write an update">
        <Textarea
          {...checked.field('words')}
          label="Update"
          autosize
          minRows={2}
          maxLength={4_000}
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
        <Group gap="sm" align="flex-end">
          <NativeSelect
            label="For"
            value={audience}
            data={audiences.map((value) => ({ value, label: audienceWords[value] }))}
            onChange={(event) => setAudience(event.currentTarget.value as IncidentAudience)}
          />
          <Button type="submit" loading={writing.isPending}>
            Write it
          </Button>
        </Group>
      </Form>
    </Paper>
  );
}
