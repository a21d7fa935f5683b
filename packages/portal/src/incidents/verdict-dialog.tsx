import { Button, Group, Text, TextInput } from '@mantine/core';
import { type IncidentVerdict, incidentChangesSchema } from '@penstock/api/schemas';
import { useState } from 'react';
import { useChange } from '../shared/changing.tsx';
import { missing } from '../shared/faults.ts';
import { useChecked } from '../shared/form.tsx';
import { FormDialog } from '../shared/form-dialog.tsx';
import { When } from '../shared/when.tsx';

const words = { confirmed: 'Confirmed', dismissed: 'Dismissed' } as const;
const deeds = { confirmed: 'Confirm', dismissed: 'Dismiss' } as const;
type Verdict = IncidentVerdict['verdict'];

/** What was judged of a change and an incident, and judging it. */
export function Verdicts(props: {
  incident: string;
  change: string;
  verdicts: readonly IncidentVerdict[];
  may: boolean;
}) {
  const { verdicts, may } = props;
  const [verdict, setVerdict] = useState<Verdict>();
  return (
    <>
      {verdicts.map(({ verdict: said, at, by, why }) => (
        <Text key={at} size="sm">
          <b>{words[said]}</b> by {by}, <When at={at} inline />: {why}
        </Text>
      ))}
      {may ? (
        <Group gap="xs">
          <Button size="compact-sm" variant="default" onClick={() => setVerdict('confirmed')}>
            It has to do with it
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => setVerdict('dismissed')}>
            It has not
          </Button>
        </Group>
      ) : null}
      {verdict === undefined ? null : (
        <VerdictDialog {...props} verdict={verdict} onClose={() => setVerdict(undefined)} />
      )}
    </>
  );
}

function VerdictDialog(props: { incident: string; change: string; verdict: Verdict; onClose: () => void }) {
  const { incident, change, verdict, onClose } = props;
  const [why, setWhy] = useState('');
  const judging = useChange(incidentChangesSchema, ['incident-changes', 'change-incidents']);
  const checked = useChecked({ why: missing(why, 'Say why.') }, () => void send());
  async function send() {
    const body = { verdict, why: why.trim() };
    const done = await judging.change(`/incidents/${incident}/changes/${change}`, { method: 'POST', body });
    if (done !== undefined) onClose();
  }
  return (
    <FormDialog title={deeds[verdict]} submit={deeds[verdict]} checked={checked} changing={judging} onClose={onClose}>
      <Text>
        {verdict === 'confirmed'
          ? 'The change has to do with the incident.'
          : 'The change has nothing to do with the incident.'}{' '}
        It is kept with your name, and whoever sees both reads it.
      </Text>
      <TextInput
        {...checked.field('why')}
        label="Why"
        maxLength={500}
        value={why}
        onChange={(event) => setWhy(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
