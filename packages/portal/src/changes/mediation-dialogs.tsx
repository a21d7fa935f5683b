import { Checkbox, Radio, Stack, Text, Textarea } from '@mantine/core';
import {
  LONGEST_MESSAGE,
  type MediationDocument,
  mediationThreadSchema,
  type WholeChange,
} from '@penstock/api/schemas';
import { useQuery } from '@tanstack/react-query';
import { type ComponentProps, useState } from 'react';
import { useSession } from '../session/me.ts';
import { useChange } from '../shared/changing.tsx';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { missing } from '../shared/faults.ts';
import { useChecked } from '../shared/form.tsx';
import { FormDialog } from '../shared/form-dialog.tsx';
import { Loading } from '../shared/states.tsx';
import { findingsQuery } from './queries.ts';
import { touchedByMediation } from './talk-queries.ts';

function Words(props: ComponentProps<typeof Textarea> & { words: string; onWords: (words: string) => void }) {
  const { words, onWords, ...rest } = props;
  return (
    <Textarea
      {...rest}
      autosize
      minRows={4}
      maxRows={12}
      maxLength={LONGEST_MESSAGE}
      value={words}
      onChange={(event) => onWords(event.currentTarget.value)}
    />
  );
}

/** The Operator opens a thread for a clash with a change of another User. */
export function OpenDialog({ change, onClose }: { change: WholeChange; onClose: () => void }) {
  const { acting } = useSession();
  const findings = useQuery(findingsQuery({ acting }, change.change));
  const [other, setOther] = useState<string | null>(null);
  const [words, setWords] = useState('');
  const opening = useChange(mediationThreadSchema, touchedByMediation);
  const others = (findings.data?.clashes ?? []).flatMap((clash) =>
    clash.kind === 'change' && clash.other?.see === 'whole' && !clash.other.isYours
      ? [{ change: clash.other, words: clash.words }]
      : [],
  );
  const checked = useChecked(
    {
      other: missing(other, 'Choose the clash.'),
      words: missing(words, 'Write the first message.'),
    },
    () => void send(),
  );
  async function send() {
    const body = { changes: [change.change, other], words };
    if ((await opening.change('/changes/mediations', { method: 'POST', body })) !== undefined) onClose();
  }
  return (
    <FormDialog title="Mediate a clash" submit="Open the mediation" {...{ checked, onClose }} changing={opening}>
      {findings.isPending ? <Loading what="the clashes" /> : null}
      {findings.isError ? (
        <FailureSummary words={wordsOf(findings.error)} onRetry={() => void findings.refetch()} />
      ) : null}
      {findings.data !== undefined && others.length === 0 ? (
        <Text>This change clashes with none of another User now.</Text>
      ) : (
        <Radio.Group {...checked.field('other')} label="With which change" value={other} onChange={setOther}>
          <Stack gap="xs" mt={4}>
            {others.map((each) => (
              <Radio key={each.change.change} value={each.change.change} label={each.words} />
            ))}
          </Stack>
        </Radio.Group>
      )}
      <Words
        {...checked.field('words')}
        label="First message"
        description="Both sides read it. Neither is told who the other is: leave out what says it."
        words={words}
        onWords={setWords}
      />
    </FormDialog>
  );
}

/** A message: of a side to the Operator, and to the other side when it says so; of the Operator to both, or one. */
export function WriteDialog({ item, onClose }: { item: MediationDocument; onClose: () => void }) {
  const isOperator = item.side === 'operator';
  const [words, setWords] = useState('');
  const [shownTo, setShownTo] = useState(isOperator ? 'both' : 'nobody');
  const [isNamed, setIsNamed] = useState(false);
  const writing = useChange(mediationThreadSchema, touchedByMediation);
  const checked = useChecked({ words: missing(words, 'Write the message.') }, () => void send());
  async function send() {
    const body = { words, shownTo, isNamed: shownTo === 'other' && isNamed };
    const path = `/changes/mediations/${item.mediation}/messages`;
    if ((await writing.change(path, { method: 'POST', body })) !== undefined) onClose();
  }
  const choices = isOperator
    ? [
        ['both', 'Both sides'],
        ['first', `${item.changes[0]?.owner.party} alone`],
        ['second', `${item.changes[1]?.owner.party} alone`],
      ]
    : [
        ['nobody', 'The Operator alone'],
        ['other', 'The Operator and the other side'],
      ];
  return (
    <FormDialog title="Write a message" submit="Send the message" {...{ checked, onClose }} changing={writing}>
      <Words
        {...checked.field('words')}
        label="Message"
        description={
          isOperator
            ? 'Neither side is told who the other is: leave out what says it.'
            : 'It is read as you write it: leave out what names you, unless you want to be known.'
        }
        words={words}
        onWords={setWords}
      />
      <Radio.Group label="Who reads it" value={shownTo} onChange={setShownTo}>
        <Stack gap="xs" mt={4}>
          {choices.map(([value, label]) => (
            <Radio key={value} value={value} label={label} />
          ))}
        </Stack>
      </Radio.Group>
      {shownTo === 'other' ? (
        <Checkbox
          label="Put the name of our Party on it"
          description="Otherwise it comes from “the other side”."
          checked={isNamed}
          onChange={(event) => setIsNamed(event.currentTarget.checked)}
        />
      ) : null}
    </FormDialog>
  );
}

export function CloseDialog({ mediation, onClose }: { mediation: string; onClose: () => void }) {
  const [outcome, setOutcome] = useState('');
  const closing = useChange(mediationThreadSchema, touchedByMediation);
  const checked = useChecked({ outcome: missing(outcome, 'Write what came of it.') }, () => void send());
  async function send() {
    const path = `/changes/mediations/${mediation}/close`;
    if ((await closing.change(path, { method: 'POST', body: { outcome } })) !== undefined) onClose();
  }
  return (
    <FormDialog title="Close the mediation" submit="Close it" {...{ checked, onClose }} changing={closing}>
      <Words
        {...checked.field('outcome')}
        label="Outcome"
        description="Both sides read it. Nobody writes in it afterwards."
        words={outcome}
        onWords={setOutcome}
      />
    </FormDialog>
  );
}
