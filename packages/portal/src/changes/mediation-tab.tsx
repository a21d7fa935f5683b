import { Button, Group, Paper, Stack, Text } from '@mantine/core';
import type { MediationDocument, MediationThread, WholeChange } from '@penstock/api/schemas';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSession } from '../session/me.ts';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { Empty, Loading, Panel } from '../shared/states.tsx';
import { When } from '../shared/when.tsx';
import { ChangeLink } from './change-link.tsx';
import { CloseDialog, OpenDialog, WriteDialog } from './mediation-dialogs.tsx';
import { mediationQuery, mediationsQuery } from './talk-queries.ts';
import { shownWords, writerOf } from './talk-words.ts';

/** The clashes of a change that the Operator mediates: each side has its own thread, the Operator one of both. */
export function MediationTab({ change }: { change: WholeChange }) {
  const { me, acting } = useSession();
  const [isOpening, setIsOpening] = useState(false);
  const list = useQuery(mediationsQuery({ acting }, change.change));
  if (list.isPending) return <Loading what="the mediations" />;
  if (list.data === undefined) {
    return <FailureSummary words={wordsOf(list.error)} onRetry={() => void list.refetch()} />;
  }
  const { items } = list.data;
  const isOperator = me.acting.kind === 'operator';
  return (
    <Stack gap="md">
      {isOperator && me.permissions.includes('changes.change') ? (
        <div>
          <Button onClick={() => setIsOpening(true)}>Mediate a clash</Button>
        </div>
      ) : null}
      {items.length === 0 ? (
        <Empty title="No clash of this change is mediated.">
          {isOperator
            ? 'Open one for a clash with a change of another User: both sides can then write, without being named.'
            : 'When this change clashes with another Party’s, the Operator may open a thread in which both of you can write. Neither is told who the other is.'}
        </Empty>
      ) : (
        items.map((item) => <Mediation key={item.mediation} item={item} />)
      )}
      {isOpening ? <OpenDialog change={change} onClose={() => setIsOpening(false)} /> : null}
    </Stack>
  );
}

const reasonsOf = ({ reasons }: MediationDocument) => [...new Set(reasons.map(({ value }) => value))].join(', ');

function Mediation({ item }: { item: MediationDocument }) {
  const { acting } = useSession();
  const asked = useQuery(mediationQuery({ acting }, item.mediation));
  return (
    <Panel title={`Clash on ${reasonsOf(item)}`}>
      <Stack gap="sm">
        <Group gap="md">
          <span className={`penstock-outcome penstock-change-${item.state === 'open' ? 'in_progress' : 'done'}`}>
            {item.state === 'open' ? 'Open' : 'Closed'}
          </span>
          <Text size="sm" c="dimmed">
            Opened <When at={item.openedAt} inline />
          </Text>
        </Group>
        <Between item={item} />
        {asked.isPending ? <Loading what="the messages" /> : null}
        {asked.isError ? <FailureSummary words={wordsOf(asked.error)} onRetry={() => void asked.refetch()} /> : null}
        {asked.data === undefined ? null : <Thread thread={asked.data} />}
        {item.outcome === undefined || item.closedAt === undefined ? null : (
          <Paper className="penstock-said" pl="sm">
            <Text fw={650}>
              Outcome, <When at={item.closedAt} inline />
            </Text>
            <Text className="penstock-written">{item.outcome}</Text>
          </Paper>
        )}
        <Deeds item={item} />
      </Stack>
    </Panel>
  );
}

/** Whose changes it is about: to the Operator both, to a side what the other one shares. */
function Between({ item }: { item: MediationDocument }) {
  if (item.side === 'party') {
    return item.other === undefined ? (
      <Text size="sm">With a change that is not shared with you. The other side is not told whose this one is.</Text>
    ) : (
      <Text size="sm">
        With <ChangeLink change={item.other} />
      </Text>
    );
  }
  return (
    <ul className="penstock-why">
      {item.changes.map(({ change, title, owner, isSuspended }) => (
        <li key={change}>
          “{title}” of {owner.party} <span className="penstock-identifier">{owner.userId}</span>
          {isSuspended ? ' (suspended: nobody of it can write)' : ''}
        </li>
      ))}
    </ul>
  );
}

function Thread({ thread: { mediation, messages } }: { thread: MediationThread }) {
  return (
    <Stack component="ol" gap="xs" className="penstock-notices" aria-label="Messages">
      {messages.map((message) => {
        const shown = shownWords(mediation, message);
        return (
          <li key={message.number}>
            <Paper withBorder p="sm" className="penstock-panel">
              <Group justify="space-between" gap="sm">
                <Text fw={650}>{writerOf(mediation, message)}</Text>
                <When at={message.at} inline />
              </Group>
              {shown === undefined ? null : (
                <Text size="sm" c="dimmed">
                  {shown}
                </Text>
              )}
              <Text className="penstock-written" mt={4}>
                {message.words}
              </Text>
            </Paper>
          </li>
        );
      })}
    </Stack>
  );
}

function Deeds({ item }: { item: MediationDocument }) {
  const { me } = useSession();
  const [open, setOpen] = useState<'write' | 'close'>();
  if (item.state === 'closed' || !me.permissions.includes('changes.change')) return null;
  const close = () => setOpen(undefined);
  return (
    <>
      <Group gap="xs">
        <Button size="xs" onClick={() => setOpen('write')}>
          Write a message
        </Button>
        {item.side === 'operator' ? (
          <Button size="xs" variant="default" onClick={() => setOpen('close')}>
            Close the mediation
          </Button>
        ) : null}
      </Group>
      {open === 'write' ? <WriteDialog item={item} onClose={close} /> : null}
      {open === 'close' ? <CloseDialog mediation={item.mediation} onClose={close} /> : null}
    </>
  );
}
