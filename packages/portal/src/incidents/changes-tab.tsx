import { Button, Paper, Stack, Text, TextInput, Title } from '@mantine/core';
import { changedSchema, type IncidentChanges, type IncidentDocument, savedChangeSchema } from '@penstock/api/schemas';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ChangeLink } from '../changes/change-link.tsx';
import { ownerOf } from '../changes/words.ts';
import { useSession } from '../session/me.ts';
import { useChange } from '../shared/changing.tsx';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { missing } from '../shared/faults.ts';
import { useChecked } from '../shared/form.tsx';
import { FormDialog } from '../shared/form-dialog.tsx';
import { Empty, Loading } from '../shared/states.tsx';
import { incidentChangesQuery, touchedByDeed } from './queries.ts';
import { Verdicts } from './verdict-dialog.tsx';

/** Changes that could have to do with an incident, and work that is at risk by it. */
export function ChangesTab({ incident }: { incident: IncidentDocument }) {
  const { me, acting } = useSession();
  const asked = useQuery(incidentChangesQuery({ acting }, incident.incident));
  if (asked.isPending) return <Loading what="changes" />;
  if (asked.isError) return <FailureSummary words={wordsOf(asked.error)} onRetry={() => void asked.refetch()} />;
  const { overlaps, atRisk, isCut } = asked.data;
  const mayJudge = me.permissions.includes('incidents.change') && (incident.isYours || me.acting.kind === 'operator');
  return (
    <Stack gap="md">
      <Title order={2} size="h4">
        At the same time
      </Title>
      {overlaps.length === 0 ? (
        <Empty title="No change that you see overlaps it.">
          What its owner does not share with you does not stand here.
        </Empty>
      ) : (
        overlaps.map(({ change, words, isSameParty, verdicts }) => (
          <Paper
            key={change.change}
            component="article"
            withBorder
            p="md"
            className="penstock-panel"
            aria-label={words}
          >
            <Stack gap={6}>
              <ChangeLink change={change} />
              <Text size="sm">
                {isSameParty ? <b>Announced by the same Party. </b> : null}
                {words} {change.see === 'whole' ? `Of ${ownerOf(change)}.` : ''}
              </Text>
              <Verdicts incident={incident.incident} change={change.change} verdicts={verdicts} may={mayJudge} />
            </Stack>
          </Paper>
        ))
      )}
      <Title order={2} size="h4">
        Work at risk
      </Title>
      {atRisk.length === 0 ? (
        <Empty title="No work that you see is at risk.">
          What is to begin within a week on its services stands here.
        </Empty>
      ) : (
        atRisk.map((risk) => <Risk key={risk.change.change} incident={incident} risk={risk} />)
      )}
      {isCut ? <Text size="sm">There are more: the likeliest are shown.</Text> : null}
    </Stack>
  );
}

type AtRisk = IncidentChanges['atRisk'][number];

function Risk({ incident, risk }: { incident: IncidentDocument; risk: AtRisk }) {
  const { me } = useSession();
  const [isOpen, setOpen] = useState(false);
  const { change, words, may } = risk;
  const right = may === 'postpone' ? 'changes.change' : 'incidents.change';
  return (
    <Paper component="article" withBorder p="md" className="penstock-panel" aria-label={words}>
      <Stack gap={6} align="flex-start">
        <ChangeLink change={change} />
        <Text size="sm">{words}</Text>
        {may !== undefined && me.permissions.includes(right) ? (
          <Button size="compact-sm" variant="default" onClick={() => setOpen(true)}>
            {may === 'postpone' ? 'Postpone it' : 'Ask to postpone it'}
          </Button>
        ) : null}
      </Stack>
      {isOpen && may === 'postpone' ? (
        <PostponeDialog incident={incident} risk={risk} onClose={() => setOpen(false)} />
      ) : null}
      {isOpen && may === 'ask' ? <AskDialog incident={incident} risk={risk} onClose={() => setOpen(false)} /> : null}
    </Paper>
  );
}

interface RiskDialog {
  readonly incident: IncidentDocument;
  readonly risk: AtRisk;
  readonly onClose: () => void;
}

const TIME = /^20[2-5]\d-\d\d-\d\dT\d\d:\d\d$/;

function PostponeDialog({ incident, risk: { change }, onClose }: RiskDialog) {
  const before = change.see === 'whole' ? change.content.windows[0] : undefined;
  const [from, setFrom] = useState(before?.from.slice(0, 16) ?? '');
  const [to, setTo] = useState(before?.to.slice(0, 16) ?? '');
  const [why, setWhy] = useState('');
  const postponing = useChange(savedChangeSchema, [...touchedByDeed, 'changes', 'change']);
  const time = (typed: string, name: string) =>
    TIME.test(typed) ? undefined : `Enter a date and a time for "${name}".`;
  const checked = useChecked(
    { from: time(from, 'From'), to: time(to, 'To'), why: missing(why, 'Say why it is postponed.') },
    () => void send(),
  );
  async function send() {
    if (change.see !== 'whole') return;
    const body = { version: change.version, windows: [{ from, to }], why: why.trim() };
    const path = `/incidents/${incident.incident}/changes/${change.change}/postpone`;
    if ((await postponing.change(path, { method: 'POST', body })) !== undefined) onClose();
  }
  return (
    <FormDialog title="Postpone the change" submit="Postpone" checked={checked} changing={postponing} onClose={onClose}>
      <Text>
        All who see the change are told by notice. It gets this one window instead of those that it has, in London’s
        time.
      </Text>
      <TextInput
        {...checked.field('from')}
        type="datetime-local"
        label="From"
        value={from}
        onChange={(event) => setFrom(event.currentTarget.value)}
      />
      <TextInput
        {...checked.field('to')}
        type="datetime-local"
        label="To"
        value={to}
        onChange={(event) => setTo(event.currentTarget.value)}
      />
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

function AskDialog({ incident, risk: { change }, onClose }: RiskDialog) {
  const [why, setWhy] = useState('');
  const asking = useChange(changedSchema, touchedByDeed);
  const checked = useChecked({ why: missing(why, 'Say why it should wait.') }, () => void send());
  async function send() {
    const path = `/incidents/${incident.incident}/changes/${change.change}/ask`;
    if ((await asking.change(path, { method: 'POST', body: { why: why.trim() } })) !== undefined) onClose();
  }
  return (
    <FormDialog title="Ask to postpone it" submit="Ask" checked={checked} changing={asking} onClose={onClose}>
      <Text>Its owner gets a notice with what you write, and nothing of the incident.</Text>
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
