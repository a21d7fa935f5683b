import { Anchor, Button, Group, NumberInput, Progress, Stack, Text } from '@mantine/core';
import { MOST_RATE, type ReleaseDocument, releaseSchema } from '@penstock/api/schemas';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { ask } from '../api/call.ts';
import { useSession } from '../session/me.ts';
import { ExportButton } from '../shared/export-button.tsx';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { Panel } from '../shared/states.tsx';
import { When } from '../shared/when.tsx';
import { count } from '../thresholds/words.ts';
import { releasesQuery } from './queries.ts';
import { doneOf, type ReleaseLook, speedOf, speedWords, withLook } from './words.ts';

/** How far the releases are that decided on an event's messages; nothing where there is none. */
export function Releases({ event, userId }: { event: string; userId: string | undefined }) {
  const { me, acting } = useSession();
  const maySee = me.permissions.includes('releases.see');
  const releases = useQuery({ ...releasesQuery({ acting }, event, userId), enabled: maySee });
  if (releases.isError)
    return <FailureSummary words={wordsOf(releases.error)} onRetry={() => void releases.refetch()} />;
  const items = releases.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <Panel title="Release">
      <Stack gap="lg">
        <div>
          <ExportButton caller={{ acting }} path="/releases.csv" query={{ event, userId }} name={`releases-${event}`} />
        </div>
        {items.map((release) => (
          <ReleaseShown key={release.submission} release={release} userId={userId} at={releases.dataUpdatedAt} />
        ))}
      </Stack>
    </Panel>
  );
}

/** The speed between the last looks at a release. */
function useSpeed(release: ReleaseDocument, at: number): number | undefined {
  const [looks, setLooks] = useState<readonly ReleaseLook[]>([]);
  const next = withLook(looks, { at, done: doneOf(release) });
  if (next !== looks) setLooks(next);
  return speedOf(next);
}

function ReleaseShown(props: { release: ReleaseDocument; userId: string | undefined; at: number }) {
  const { release, userId, at } = props;
  const { me } = useSession();
  const speed = useSpeed(release, at);
  const done = doneOf(release);
  const part = release.decided === 0 ? 100 : (done / release.decided) * 100;
  const words = speedWords(release, speed);
  return (
    <Stack gap="xs">
      <Group justify="space-between" gap="sm">
        <Text>
          <b>
            {count(done)} of {count(release.decided)}
          </b>
          : {count(release.sent)} sent, {count(release.deleted)} deleted
          {release.refused === 0 ? '' : `, ${count(release.refused)} could not be sent and stay held`}
        </Text>
        <Anchor
          size="sm"
          renderRoot={(link) => (
            <Link
              to="/submissions/$sha256"
              params={{ sha256: release.submission }}
              search={(search) => ({ for: search.for, user: userId })}
              {...link}
            />
          )}
        >
          The signed file
        </Anchor>
      </Group>
      <Progress.Root size="lg">
        <Progress.Section
          value={part}
          aria-label="Released"
          aria-valuetext={`${count(done)} of ${count(release.decided)}`}
          color={release.state === 'paused' ? 'gray' : 'water'}
        />
      </Progress.Root>
      <Text size="sm">
        {words} Began <When at={release.startedAt} inline />
        {release.endedAt === undefined ? null : (
          <>
            , ended <When at={release.endedAt} inline />
          </>
        )}
      </Text>
      {release.state !== 'done' && me.permissions.includes('releases.change') ? (
        <ReleaseSwitches release={release} userId={userId} />
      ) : null}
      {release.switches.length === 0 ? null : (
        <ul className="penstock-why">
          {release.switches.map(({ at: when, author, change }) => (
            <li key={`${when} ${change}`}>
              <Text size="xs" c="dimmed">
                {change} by {author}, <When at={when} inline />
              </Text>
            </li>
          ))}
        </ul>
      )}
    </Stack>
  );
}

function ReleaseSwitches({ release, userId }: { release: ReleaseDocument; userId: string | undefined }) {
  const { acting } = useSession();
  const client = useQueryClient();
  const [rate, setRate] = useState<number | undefined>(release.rate);
  const change = useMutation({
    mutationFn: (body: object) =>
      ask(releaseSchema, `/releases/${release.submission}`, {
        caller: { acting },
        query: { userId },
        sent: { method: 'POST', body },
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['releases'] }),
  });
  const isPaused = release.state === 'paused';
  return (
    <>
      {change.isError ? <FailureSummary words={wordsOf(change.error)} /> : null}
      <Group align="flex-end" gap="sm">
        <Button
          variant="default"
          loading={change.isPending}
          onClick={() => change.mutate({ state: isPaused ? 'running' : 'paused' })}
        >
          {isPaused ? 'Let it go on' : 'Pause it'}
        </Button>
        <NumberInput
          label="Messages a second"
          placeholder="as fast as it goes"
          w={200}
          min={1}
          max={MOST_RATE}
          allowDecimal={false}
          allowNegative={false}
          hideControls
          value={rate ?? ''}
          onChange={(value) => setRate(typeof value === 'number' && value > 0 ? value : undefined)}
        />
        <Button
          variant="default"
          loading={change.isPending}
          disabled={rate === release.rate}
          onClick={() => change.mutate({ rate: rate ?? null })}
        >
          Set the rate
        </Button>
      </Group>
    </>
  );
}
