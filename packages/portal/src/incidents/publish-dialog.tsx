import { NativeSelect, Text, Textarea, TextInput } from '@mantine/core';
import { type IncidentDocument, incidentSchema, type StatusEntry, type StatusImpact } from '@penstock/api/schemas';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSession } from '../session/me.ts';
import { useChange } from '../shared/changing.tsx';
import { missing } from '../shared/faults.ts';
import { useChecked } from '../shared/form.tsx';
import { FormDialog } from '../shared/form-dialog.tsx';
import { impactWords } from '../status/words.ts';
import { statusQuery, touchedByDeed } from './queries.ts';
import { ServicesField } from './services-field.tsx';

/** What all Users are told of an incident: written for them, and nothing of the incident itself. Begins with what stands there. */
export function PublishDialog({ incident, onClose }: { incident: IncidentDocument; onClose: () => void }) {
  const { acting } = useSession();
  const status = useQuery({ ...statusQuery({ acting }), enabled: incident.entry !== undefined });
  if (status.isFetching && status.data === undefined) return null;
  const shown = status.data?.current.find(({ entry }) => entry === incident.entry);
  return <PublishForm incident={incident} shown={shown} onClose={onClose} />;
}

function PublishForm(props: { incident: IncidentDocument; shown: StatusEntry | undefined; onClose: () => void }) {
  const { incident, shown, onClose } = props;
  const [title, setTitle] = useState(shown?.title ?? '');
  const [words, setWords] = useState('');
  const [impact, setImpact] = useState<StatusImpact>(shown?.impact ?? 'degraded');
  const [services, setServices] = useState([...(shown?.services ?? incident.affected.services)]);
  const publishing = useChange(incidentSchema, touchedByDeed);
  const checked = useChecked(
    {
      title: missing(title, 'Say in one line what all Users are to know.'),
      services: services.length === 0 ? 'Choose the services that it is about.' : undefined,
      words: missing(words, 'Write what is known, and what is done.'),
    },
    () => void send(),
  );
  async function send() {
    const body = { version: incident.version, title: title.trim(), impact, services, words: words.trim() };
    const done = await publishing.change(`/incidents/${incident.incident}/publish`, { method: 'POST', body });
    if (done !== undefined) onClose();
  }
  return (
    <FormDialog title="Tell all Users" submit="Publish" checked={checked} changing={publishing} onClose={onClose}>
      <Text>All Users read this on the status page. Name no User, and nothing that only this one told.</Text>
      <TextInput
        {...checked.field('title')}
        label="Title"
        maxLength={120}
        value={title}
        onChange={(event) => setTitle(event.currentTarget.value)}
      />
      <ServicesField {...checked.field('services')} label="Services" services={services} onChange={setServices} />
      <NativeSelect
        label="How they are"
        value={impact}
        data={Object.entries(impactWords).map(([value, label]) => ({ value, label }))}
        onChange={(event) => setImpact(event.currentTarget.value as StatusImpact)}
      />
      <Textarea
        {...checked.field('words')}
        label="What is known"
        autosize
        minRows={3}
        maxLength={4_000}
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
