import { formatInstant } from '../shared/time.ts';
import { useZone } from '../shared/when.tsx';

/** From when to when of a day that stands above it. */
export function TimeOfDay({ first, last }: { first: string; last: string }) {
  const [zone] = useZone();
  const [from, to] = [formatInstant(first, zone), formatInstant(last, zone)];
  return (
    <span className="penstock-timeline-time">
      {from.time === to.time && from.day === to.day ? null : (
        <>
          {from.day === to.day ? null : <small>{from.day} </small>}
          <time dateTime={first}>{from.time}</time> to{' '}
        </>
      )}
      <time dateTime={last}>{to.time}</time> <small>{to.offset}</small>
    </span>
  );
}
