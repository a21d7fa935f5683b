import { Button, Group, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import type { RehearsalDocument, RehearsalScene } from '@penstock/api/schemas';

const TITLE = 'A firewall change that blocks a route';

const spans: readonly (readonly [keyof RehearsalScene['others'], string])[] = [
  ['before', 'Before'],
  ['filling', 'While messages came'],
  ['waiting', 'While they waited'],
];

/** Plays what once happened: with the change announced, and without. */
export function RehearsalCard(props: {
  rehearsal: RehearsalDocument | undefined;
  isBeginning: boolean;
  onBegin: () => void;
}) {
  const { rehearsal, isBeginning, onBegin } = props;
  const isRunning = rehearsal?.state === 'running';
  return (
    <Paper component="section" withBorder p="md" className="penstock-panel" aria-label={TITLE}>
      <Group justify="space-between" align="flex-start" gap="md">
        <Title order={2} size="h4">
          {TITLE}
        </Title>
        <Button aria-label={`Rehearse: ${TITLE}`} loading={isBeginning} disabled={isRunning} onClick={onBegin}>
          Rehearse
        </Button>
      </Group>
      <Text mt="xs">
        The supplier loads new firewall rules, and 2,000 messages wait for it: once with the change announced, once
        without. It takes some three minutes, and puts back all that it does.
      </Text>
      <Text mt="xs" c="dimmed" size="sm">
        Within a minute the platform opens an incident. Where the change was announced, the incident names it first,
        with whom to call; where it was not, nobody knows why. The same with 100,000 messages, on a network of its own:
        node bin/penstock.cjs rehearse firewall
      </Text>
      <Text mt="sm" role="status" size="sm" fw={650}>
        {rehearsal === undefined ? 'Not played yet' : stateWords(rehearsal)}
      </Text>
      {rehearsal === undefined || rehearsal.scenes.length === 0 ? null : (
        <SimpleGrid cols={{ base: 1, sm: 2 }} mt="sm">
          {rehearsal.scenes.map((scene) => (
            <SceneTimeline key={String(scene.isAnnounced)} scene={scene} />
          ))}
        </SimpleGrid>
      )}
    </Paper>
  );
}

function stateWords({ state, said }: RehearsalDocument): string {
  const last = said.at(-1) ?? '';
  if (state === 'running') return `Running: ${last}`;
  return state === 'failed' ? `It did not come to its end: ${last}` : 'Played to its end';
}

function SceneTimeline({ scene: { isAnnounced, moments, others } }: { scene: RehearsalScene }) {
  const title = isAnnounced ? 'The change was announced' : 'Nobody was told of it';
  return (
    <Stack component="section" gap="xs" aria-label={title}>
      <Title order={3} size="h5">
        {title}
      </Title>
      <ol style={{ margin: 0, paddingInlineStart: '1.2em' }}>
        {moments.map(({ step, seconds, words }) => (
          <li key={step}>
            <Text size="sm">
              <strong>{`${seconds < 0 ? '' : '+'}${seconds} s`}</strong> {words}
            </Text>
          </li>
        ))}
      </ol>
      <Text size="sm" fw={650}>
        What other Users felt: delivery, median and longest
      </Text>
      {spans.map(([span, label]) => (
        <Text key={span} size="sm">
          {label}: {timesWords(others[span])}
        </Text>
      ))}
    </Stack>
  );
}

const timesWords = ({ count, median, most }: RehearsalScene['others']['before']) =>
  count === 0 ? 'no messages' : `${Math.round(median)} ms, ${Math.round(most)} ms (${count} messages)`;
