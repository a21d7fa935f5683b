import { Button, Text } from '@mantine/core';
import type { OccurrenceDocument } from '@penstock/api/schemas';
import { useState } from 'react';
import { useZone } from '../shared/when.tsx';
import { counted, lengthWords, nextOf, wordsOfTimes } from './words.ts';

/** The one of its times that matters now, and how many there are besides. */
export function NextTime({ occurrences }: { occurrences: readonly OccurrenceDocument[] }) {
  const [zone] = useZone();
  const next = nextOf(occurrences, Date.now());
  if (next === undefined) return <Text size="sm">No window yet</Text>;
  return (
    <>
      <Text size="sm">
        <time dateTime={next.from}>{wordsOfTimes(next, zone)}</time>
      </Text>
      <Text size="xs" c="dimmed">
        {lengthWords(next)}
        {occurrences.length > 1 ? `; ${counted(occurrences.length, 'time')} in all` : ''}
      </Text>
    </>
  );
}

const SHOWN = 6;

/** All times that windows come to, in London's time; in UTC besides when one wants it, but where they are said beside others. */
export function Times(props: { occurrences: readonly OccurrenceDocument[]; isShort?: boolean }) {
  const { occurrences, isShort = false } = props;
  const [isWhole, setWhole] = useState(false);
  const [hasUtc, setUtc] = useState(false);
  const shown = isWhole ? occurrences : occurrences.slice(0, SHOWN);
  return (
    <>
      <ol className="penstock-times">
        {shown.map((times) => (
          <li key={times.from}>
            <time dateTime={times.from}>{wordsOfTimes(times, 'Europe/London')}</time>
            <Text span size="sm" c="dimmed">
              {' '}
              {lengthWords(times)}
            </Text>
            {hasUtc ? (
              <Text size="sm" c="dimmed">
                {wordsOfTimes(times, 'UTC')}
              </Text>
            ) : null}
          </li>
        ))}
      </ol>
      {isShort ? null : (
        <Button size="compact-sm" variant="subtle" aria-pressed={hasUtc} onClick={() => setUtc(!hasUtc)}>
          {hasUtc ? 'Hide UTC' : 'Show UTC too'}
        </Button>
      )}
      {occurrences.length > SHOWN ? (
        <Button size="compact-sm" variant="subtle" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
          {isWhole ? `Show the first ${SHOWN}` : `Show all ${occurrences.length}`}
        </Button>
      ) : null}
    </>
  );
}
