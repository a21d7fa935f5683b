import { Text } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { formatInstant, type Zone } from './time.ts';

/** London unless the reader chose UTC; kept in this browser, the same in all its tabs. */
export function useZone() {
  return useLocalStorage<Zone>({ key: 'penstock-zone', defaultValue: 'Europe/London', getInitialValueInEffect: false });
}

/** An instant in the reader's zone, its offset shown; `toMinute` where people planned or wrote it, and seconds say nothing. */
export function When({ at, inline = false, toMinute = false }: { at: string; inline?: boolean; toMinute?: boolean }) {
  const [zone] = useZone();
  const { day, time: exact, offset } = formatInstant(at, zone);
  const time = toMinute ? exact.slice(0, 5) : exact;
  return (
    <time dateTime={at} className="penstock-when">
      {inline ? (
        `${day}, ${time} `
      ) : (
        <>
          {day} <b>{time}</b>{' '}
        </>
      )}
      <Text span c="dimmed" size="xs">
        {offset}
      </Text>
    </time>
  );
}

/** The day of an instant in the reader's zone. */
export function Day({ at }: { at: string }) {
  const [zone] = useZone();
  return <time dateTime={at}>{formatInstant(at, zone).day}</time>;
}
