import { Button, Group, Stack, Text, VisuallyHidden } from '@mantine/core';
import { type TitleSwitchDocument, type TitleSwitchName, titleSwitchListSchema } from '@penstock/api/schemas';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api/call.ts';
import { useSession } from '../session/me.ts';
import { Disclosed } from '../shared/disclosed.tsx';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { Loading, Panel } from '../shared/states.tsx';
import { When } from '../shared/when.tsx';
import { SwitchDialog } from './switch-dialog.tsx';
import { historyOf, type SwitchHistory, switchWords } from './words.ts';

const names = ['sender', 'network_operators', 'history'] as const satisfies readonly TitleSwitchName[];

/** What titles show: each switch of the Operator with what holds now, what is to come, and what held before. */
export function Switches() {
  const { me, acting } = useSession();
  const [changed, setChanged] = useState<TitleSwitchName>();
  const switches = useQuery({
    queryKey: ['title-switches', acting],
    queryFn: ({ signal }) => ask(titleSwitchListSchema, '/title-switches', { caller: { acting }, signal }),
    meta: { live: { topics: ['switches'] } },
  });
  if (switches.isPending) return <Loading what="the switches" />;
  if (switches.isError) {
    return <FailureSummary words={wordsOf(switches.error)} onRetry={() => void switches.refetch()} />;
  }
  const { items } = switches.data;
  const now = switches.dataUpdatedAt;
  const mayChange = me.permissions.includes('switches.change');
  return (
    <Stack gap="md">
      <Text>
        {mayChange
          ? 'The Operator decides it, from an instant on. Every User sees what holds and since when.'
          : 'The Operator decides it. Here you see what holds, since when, and what is to come.'}
      </Text>
      {names.map((name) => (
        <Panel key={name} title={switchWords[name].title}>
          <Text size="sm" c="dimmed">
            {switchWords[name].about}
          </Text>
          <Setting name={name} history={historyOf(items, name, now)} />
          {mayChange ? (
            <Button variant="default" size="sm" mt="sm" onClick={() => setChanged(name)}>
              Change<VisuallyHidden> {switchWords[name].title}</VisuallyHidden>
            </Button>
          ) : null}
        </Panel>
      ))}
      {changed === undefined ? null : (
        <SwitchDialog
          name={changed}
          value={historyOf(items, changed, now).now.value}
          onClose={() => setChanged(undefined)}
        />
      )}
    </Stack>
  );
}

function Setting({ name, history }: { name: TitleSwitchName; history: SwitchHistory }) {
  const { now, planned, past } = history;
  const value = switchWords[name].values[now.value];
  return (
    <>
      <Group gap="sm" mt="sm" align="baseline">
        <Text fw={650} size="lg">
          {value?.name}
        </Text>
        <Since setting={now} />
      </Group>
      <Text>{value?.means}</Text>
      {planned.map((one) => (
        <Text key={one.validFrom} mt="xs">
          <b>
            From <Since setting={one} isPlanned />
          </b>
          : {switchWords[name].values[one.value]?.name.toLowerCase()}
        </Text>
      ))}
      {past.length === 0 ? null : (
        <Disclosed summary="What held before">
          <ul className="penstock-why">
            {past.map((one) => (
              <li key={one.validFrom ?? 'default'}>
                {switchWords[name].values[one.value]?.name}: <Since setting={one} />
              </li>
            ))}
          </ul>
        </Disclosed>
      )}
    </>
  );
}

function Since({ setting, isPlanned = false }: { setting: TitleSwitchDocument; isPlanned?: boolean }) {
  const { validFrom, author } = setting;
  return (
    <Text span size="sm" {...(isPlanned ? {} : { c: 'dimmed' })}>
      {validFrom === undefined ? (
        'from the beginning'
      ) : (
        <>
          {isPlanned ? '' : 'since '}
          <When at={validFrom} inline />, set by {author}
        </>
      )}
    </Text>
  );
}
