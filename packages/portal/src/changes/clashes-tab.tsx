import { Button, Group, Stack, Text } from '@mantine/core';
import type { ChangeClash, WholeChange } from '@penstock/api/schemas';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSession } from '../session/me.ts';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { Empty, Loading, Panel } from '../shared/states.tsx';
import { ChangeLink } from './change-link.tsx';
import { findingsQuery, slotsQuery } from './queries.ts';
import { Times } from './times.tsx';
import { counted } from './words.ts';

/** Everything that is in the way of a change, with why; and when nothing would be. */
export function ClashesTab({ change }: { change: WholeChange }) {
  const { acting } = useSession();
  const findings = useQuery(findingsQuery({ acting }, change.change));
  const [wantsSlots, setWantsSlots] = useState(false);
  if (findings.isPending) return <Loading what="the clashes" />;
  if (findings.data === undefined) {
    return <FailureSummary words={wordsOf(findings.error)} onRetry={() => void findings.refetch()} />;
  }
  const { clashes } = findings.data;
  return (
    <Stack gap="md">
      {clashes.length === 0 ? (
        <Empty title="Nothing is in its way.">
          {change.state === 'draft'
            ? 'Of what you see. What others keep to themselves is compared when you share it, and both of you are told then.'
            : 'It is held against all other changes again at every save and whenever something around it changes.'}
        </Empty>
      ) : (
        <>
          <Text>
            {counted(clashes.length, 'thing')} {clashes.length === 1 ? 'is' : 'are'} in its way. Nothing of it stops
            you.
          </Text>
          <ClashList clashes={clashes} />
        </>
      )}
      <Group>
        {wantsSlots ? null : (
          <Button variant="default" disabled={change.occurrences.length === 0} onClick={() => setWantsSlots(true)}>
            Look for free times
          </Button>
        )}
      </Group>
      {wantsSlots ? <Slots change={change.change} /> : null}
    </Stack>
  );
}

export function ClashList({ clashes }: { clashes: readonly ChangeClash[] }) {
  return (
    <ul className="penstock-clashes">
      {clashes.map((clash) => (
        <li key={`${clash.kind} ${clash.words}`}>
          <Clash clash={clash} />
        </li>
      ))}
    </ul>
  );
}

const heads: Readonly<Record<ChangeClash['kind'], string>> = {
  change: 'Another change',
  freeze: 'A freeze',
  rehearsal: 'A rehearsal of disaster recovery',
  outside_maintenance: 'Outside the maintenance windows',
  too_many: 'Too many at once',
};

function Clash({ clash }: { clash: ChangeClash }) {
  return (
    <>
      <Text fw={650} className={`penstock-outcome penstock-clash-${clash.kind}`}>
        {heads[clash.kind]}
      </Text>
      <Text my={4} className="penstock-notice-words">
        {clash.words}
      </Text>
      {clash.kind === 'change' && clash.other !== undefined ? (
        <Text size="sm">
          Open <ChangeLink change={clash.other} />
        </Text>
      ) : null}
      {clash.times.length === 0 ? null : (
        <>
          <Text size="sm" c="dimmed">
            {clash.kind === 'change' && clash.other === undefined ? 'In these windows of yours:' : 'At the same time:'}
          </Text>
          <Times occurrences={clash.times} isShort />
        </>
      )}
    </>
  );
}

function Slots({ change }: { change: string }) {
  const { acting } = useSession();
  const slots = useQuery(slotsQuery({ acting }, change));
  return (
    <Panel title="Next free times">
      {slots.isPending ? <Loading what="the free times" /> : null}
      {slots.isError ? <FailureSummary words={wordsOf(slots.error)} onRetry={() => void slots.refetch()} /> : null}
      {slots.data === undefined ? null : (
        <>
          {slots.data.items.length === 0 ? (
            <Text>Within that time nothing is free for windows as long as these.</Text>
          ) : (
            <ol className="penstock-slots">
              {slots.data.items.map((slot) => (
                <li key={slot.occurrences[0]?.from}>
                  <Times occurrences={slot.occurrences} isShort />
                </li>
              ))}
            </ol>
          )}
          <Text size="sm" c="dimmed">
            {slots.data.words}
          </Text>
        </>
      )}
    </Panel>
  );
}
