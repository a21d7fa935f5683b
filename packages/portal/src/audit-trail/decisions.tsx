import { Button, Group, Stack, Text, Textarea, Title } from '@mantine/core';
import {
  type AlertDecisionDocument,
  alertDecisionListSchema,
  alertDecisions,
  type CausesDocument,
  LONGEST_ALERT_NOTE,
} from '@penstock/api/schemas';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useSession } from '../session/me.ts';
import { useChange } from '../shared/changing.tsx';
import { When } from '../shared/when.tsx';

const decisionWords: Readonly<Record<AlertDecisionDocument['decision'], string>> = {
  ignore: 'Ignore it',
  act: 'Act on it',
};

/** What a User decided about its alert, the newest first, which counts; and the way to decide again. */
export function Decisions(props: {
  decisions: readonly AlertDecisionDocument[];
  position: string;
  queryKey: readonly unknown[];
}) {
  const { me } = useSession();
  const { decisions } = props;
  return (
    <Stack gap="xs" component="section" aria-labelledby="decisions-head">
      <Title order={3} size="h5" id="decisions-head">
        What was decided
      </Title>
      {decisions.length === 0 ? <Text size="sm">Nothing yet.</Text> : null}
      {decisions.length === 0 ? null : (
        <ol className="penstock-decisions">
          {decisions.map(({ decision, note, author, decidedAt }) => (
            <li key={decidedAt}>
              <Text size="sm">
                <b>{decisionWords[decision]}</b>, {author}, <When at={decidedAt} inline />
              </Text>
              <Text size="sm" className="penstock-written">
                {note}
              </Text>
            </li>
          ))}
        </ol>
      )}
      {me.permissions.includes('alerts.change') ? <Decide {...props} /> : null}
    </Stack>
  );
}

function Decide({ position, queryKey }: { position: string; queryKey: readonly unknown[] }) {
  const queryClient = useQueryClient();
  const [note, setNote] = useState('');
  const deciding = useChange(alertDecisionListSchema, ['message']);

  async function decide(decision: AlertDecisionDocument['decision']) {
    const body = { decision, note };
    const decided = await deciding.change(`/messages/${position}/decisions`, { method: 'POST', body });
    if (decided === undefined) return;
    setNote('');
    queryClient.setQueryData<CausesDocument>(queryKey, (known) => known && { ...known, decisions: decided.items });
  }
  return (
    <>
      {deciding.summary}
      <Textarea
        label="Note"
        description="Your own people read it."
        maxLength={LONGEST_ALERT_NOTE}
        maw={620}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      <Group gap="sm">
        {alertDecisions.map((decision) => (
          <Button key={decision} variant="default" loading={deciding.isPending} onClick={() => void decide(decision)}>
            {decisionWords[decision]}
          </Button>
        ))}
      </Group>
    </>
  );
}
