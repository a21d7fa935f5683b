import { Anchor, Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { type DemonstrationIncident, demonstrationIncidents, demonstrationSchema } from '@penstock/api/schemas';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, type LinkProps } from '@tanstack/react-router';
import { ask, CallFailed } from '../api/call.ts';
import { useSession } from '../session/me.ts';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { PageTitle } from '../shared/page-title.tsx';
import { Loading } from '../shared/states.tsx';
import { RehearsalCard } from './rehearsal-card.tsx';

/** Another page, or the command line, may begin and end them too. */
const AGAIN_MILLISECONDS = 3_000;

interface Scene {
  readonly title: string;
  readonly what: string;
  readonly look: string;
  readonly to: LinkProps['to'];
  readonly where: string;
}

const scenes: Readonly<Record<DemonstrationIncident, Scene>> = {
  flood: {
    title: 'A flood of requests',
    what: "The supplier's new system asks for one service 200 times a second.",
    look: 'An officer of the supplier set a threshold of 300 a minute. Within seconds the rest is held and does not reach the network, until an officer decides.',
    to: '/overview',
    where: 'See what is held, on the overview',
  },
  'not-taking': {
    title: 'A User that does not take its messages',
    what: 'The receive service of another supplier refuses every connection.',
    look: 'Its messages wait for it, in order, and nobody else waits. The people of the Operator see it among all streams.',
    to: '/streams',
    where: 'See the streams',
  },
  'wild-meter': {
    title: 'A meter gone wild',
    what: 'One device of the supplier sends the same alert 300 times a second.',
    look: 'All of them arrive and are recorded: the alerts of the supplier climb, on its overview and in its record.',
    to: '/messages',
    where: 'See the messages',
  },
};

/** Begins and ends the incidents of the simulated network. */
export function DemonstrationPage() {
  const { acting } = useSession();
  const queryKey = ['demonstration', acting];
  const queryClient = useQueryClient();
  const demonstration = useQuery({
    queryKey,
    queryFn: ({ signal }) => ask(demonstrationSchema, '/demonstration', { caller: { acting }, signal }),
    refetchInterval: AGAIN_MILLISECONDS,
  });
  const switching = useMutation({
    mutationFn: ({ name, isRunning }: { name: DemonstrationIncident; isRunning: boolean }) =>
      ask(demonstrationSchema, `/demonstration/incidents/${name}`, {
        caller: { acting },
        sent: { method: 'POST', body: { isRunning } },
      }),
    onSuccess: (now) => queryClient.setQueryData(queryKey, now),
  });
  const rehearsing = useMutation({
    mutationFn: () =>
      ask(demonstrationSchema, '/demonstration/rehearsals/firewall', {
        caller: { acting },
        sent: { method: 'POST', body: {} },
      }),
    onSuccess: (now) => queryClient.setQueryData(queryKey, now),
  });
  const isAbsent = demonstration.error instanceof CallFailed && demonstration.error.problem.status === 404;
  return (
    <Stack gap="md" maw={820}>
      <PageTitle title="Demonstration" />
      <div>
        <Title order={1}>Demonstration</Title>
        <Text c="dimmed">
          A simulated network of homes and Users works behind these pages. Start an incident and watch what becomes of
          it.
        </Text>
      </div>
      {demonstration.isPending ? <Loading what="the simulated network" /> : null}
      {isAbsent ? <Text fw={650}>No demonstration runs here. `npm start` starts one.</Text> : null}
      {demonstration.isError && !isAbsent ? (
        <FailureSummary words={wordsOf(demonstration.error)} onRetry={() => void demonstration.refetch()} />
      ) : null}
      {switching.isError ? <FailureSummary words={wordsOf(switching.error)} /> : null}
      {rehearsing.isError ? <FailureSummary words={wordsOf(rehearsing.error)} /> : null}
      {demonstration.data === undefined
        ? null
        : demonstrationIncidents.map((name) => (
            <SceneCard
              key={name}
              scene={scenes[name]}
              about={demonstration.data.running.find((one) => one.name === name)?.about}
              isSwitching={switching.isPending && switching.variables.name === name}
              onSwitch={(isRunning) => switching.mutate({ name, isRunning })}
            />
          ))}
      {demonstration.data === undefined ? null : (
        <RehearsalCard
          rehearsal={demonstration.data.rehearsal}
          isBeginning={rehearsing.isPending}
          onBegin={() => rehearsing.mutate()}
        />
      )}
    </Stack>
  );
}

function SceneCard(props: {
  scene: Scene;
  /** What the simulator says while it runs. */
  about: string | undefined;
  isSwitching: boolean;
  onSwitch: (isRunning: boolean) => void;
}) {
  const { scene, about, isSwitching, onSwitch } = props;
  const isRunning = about !== undefined;
  return (
    <Paper component="section" withBorder p="md" className="penstock-panel" aria-label={scene.title}>
      <Group justify="space-between" align="flex-start" gap="md">
        <Title order={2} size="h4">
          {scene.title}
        </Title>
        <Button
          variant={isRunning ? 'default' : 'filled'}
          aria-label={`${isRunning ? 'Stop' : 'Start'}: ${scene.title}`}
          loading={isSwitching}
          onClick={() => onSwitch(!isRunning)}
        >
          {isRunning ? 'Stop' : 'Start'}
        </Button>
      </Group>
      <Text mt="xs">{scene.what}</Text>
      <Text mt="xs" c="dimmed" size="sm">
        {scene.look}
      </Text>
      <Group mt="sm" gap="lg">
        <span
          role="status"
          className={`penstock-outcome ${isRunning ? 'penstock-health-waiting' : 'penstock-standing-ended'}`}
        >
          {isRunning ? `Running: ${about}` : 'Not running'}
        </span>
        <Anchor
          size="sm"
          renderRoot={(rest) => <Link to={scene.to} search={(search) => ({ for: search.for })} {...rest} />}
        >
          {scene.where}
        </Anchor>
      </Group>
    </Paper>
  );
}
