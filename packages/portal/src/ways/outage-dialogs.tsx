import { Select, Text, Textarea } from '@mantine/core';
import { type OutageDocument, type Way, type WaysDocument, waysSchema } from '@penstock/api/schemas';
import { useState } from 'react';
import { useChange } from '../shared/changing.tsx';
import { missing } from '../shared/faults.ts';
import { useChecked } from '../shared/form.tsx';
import { FormDialog } from '../shared/form-dialog.tsx';
import { fromLocal, toLocal } from '../shared/time.ts';
import { TimeInput } from '../shared/time-input.tsx';
import { useZone } from '../shared/when.tsx';
import { wayWords } from './words.ts';

/** What is asked again when an outage changes. */
const touched = ['ways', 'outages', 'reports'];

/** One line: what others read of it. */
export function WordsInput(props: {
  id: string;
  error: string | undefined;
  label: string;
  description: string;
  value: string;
  onChange: (value: string) => void;
}) {
  const { id, error, label, description, value, onChange } = props;
  return (
    <Textarea
      id={id}
      error={error}
      label={label}
      description={description}
      required
      withAsterisk={false}
      maxLength={500}
      autosize
      minRows={2}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value.replaceAll(/\s+/g, ' '))}
    />
  );
}

/** Among the ways that are set up. */
export function WaySelect(props: {
  id: string;
  error: string | undefined;
  data: WaysDocument;
  value: Way | null;
  onChange: (way: Way | null) => void;
}) {
  const { id, error, data, value, onChange } = props;
  return (
    <Select
      id={id}
      error={error}
      label="Way"
      required
      withAsterisk={false}
      openOnFocus={false}
      data={data.ways.filter(({ isSetUp }) => isSetUp).map(({ way }) => ({ value: way, label: wayWords[way] }))}
      value={value}
      onChange={(way) => onChange(way as Way | null)}
    />
  );
}

export function DeclareDialog(props: { data: WaysDocument; way?: Way; onClose: () => void }) {
  const { data, onClose } = props;
  const [zone] = useZone();
  const [way, setWay] = useState<Way | null>(props.way ?? null);
  const [reason, setReason] = useState('');
  const [from, setFrom] = useState('');
  const [end, setEnd] = useState('');
  const declaring = useChange(waysSchema, touched);

  async function submit() {
    const body = {
      way,
      reason,
      from: from === '' ? undefined : fromLocal(from, zone),
      expectedEnd: end === '' ? undefined : fromLocal(end, zone),
    };
    if ((await declaring.change('/ways/outages', { method: 'POST', body })) !== undefined) onClose();
  }
  const checked = useChecked(
    { way: missing(way, 'Choose the way.'), reason: missing(reason, 'Enter the reason.') },
    () => void submit(),
  );

  const isPreferred = data.ways.some((one) => one.way === way && one.use === 'preferred');
  return (
    <FormDialog
      title="Declare an outage"
      submit="Declare it and tell all Users"
      checked={checked}
      changing={declaring}
      onClose={onClose}
    >
      <WaySelect {...checked.field('way')} data={data} value={way} onChange={setWay} />
      {way === null ? null : (
        <Text size="sm" c="dimmed">
          {isPreferred
            ? 'It is the preferred way: fallbacks open until you end the outage.'
            : 'It is not the preferred way: fallbacks stay as they are.'}
        </Text>
      )}
      <WordsInput
        {...checked.field('reason')}
        label="Reason"
        description="Every User reads it."
        value={reason}
        onChange={setReason}
      />
      <TimeInput label="From" description="Empty: now. A time to come announces it." value={from} onChange={setFrom} />
      <TimeInput
        label="Expected end"
        description="Told to Users. The outage lasts until you end it."
        value={end}
        onChange={setEnd}
      />
    </FormDialog>
  );
}

export function EndDialog({ outage, onClose }: { outage: OutageDocument; onClose: () => void }) {
  const [why, setWhy] = useState('');
  const ending = useChange(waysSchema, touched);

  async function submit() {
    const path = `/ways/outages/${outage.outage}/end`;
    if ((await ending.change(path, { method: 'POST', body: { why } })) !== undefined) onClose();
  }
  const checked = useChecked({ why: missing(why, 'Enter what put it right.') }, () => void submit());

  return (
    <FormDialog
      title={`End the outage of ${wayWords[outage.way]}`}
      submit="End it and tell all Users"
      checked={checked}
      changing={ending}
      onClose={onClose}
    >
      <Text>Fallbacks that it opened close at once. What has come whole by them is taken in.</Text>
      <WordsInput
        {...checked.field('why')}
        label="What put it right"
        description="Every User reads it."
        value={why}
        onChange={setWhy}
      />
    </FormDialog>
  );
}

export function ExpectedEndDialog({ outage, onClose }: { outage: OutageDocument; onClose: () => void }) {
  const [zone] = useZone();
  const [end, setEnd] = useState(
    outage.expectedEnd === undefined ? '' : toLocal(outage.expectedEnd, zone).slice(0, 16),
  );
  const changing = useChange(waysSchema, touched);

  async function submit() {
    const body = { expectedEnd: end === '' ? null : fromLocal(end, zone) };
    if ((await changing.change(`/ways/outages/${outage.outage}`, { method: 'POST', body })) !== undefined) onClose();
  }
  const checked = useChecked({}, () => void submit());

  return (
    <FormDialog
      title="Change the expected end"
      submit="Change it and tell all Users"
      checked={checked}
      changing={changing}
      onClose={onClose}
    >
      <TimeInput label="Expected end" description="Empty: it is not known." value={end} onChange={setEnd} />
    </FormDialog>
  );
}
