import { Text } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { formatInstant, type Zone } from './time.ts';

/** London unless the reader chose UTC; kept in this browser, the same in all its tabs. */
export function useZone() {
  return useLocalStorage<Zone>({ key: 'penstock-zone', defaultValue: 'Europe/London', getInitialValueInEffect: false });
}

/** An instant in the reader's zone, its offset shown. */
export function When({ at, inline = false }: { at: string; inline?: boolean }) {
  const [zone] = useZone();
  const { day, time, offset } = formatInstant(at, zone);
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
