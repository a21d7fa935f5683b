const looks = [
  ['penstock-look-maintenance', 'Planned Maintenance'],
  ['penstock-look-operator', 'Other changes of the Operator'],
  ['penstock-look-emergency', 'Emergency'],
  ['penstock-look-user', 'Changes of Users'],
  ['penstock-look-outline', 'An outline'],
  ['penstock-look-user penstock-stands-draft', 'Draft'],
] as const;
const grounds = [
  ['penstock-day-freeze', 'Freeze'],
  ['penstock-day-rehearsal', 'Rehearsal of disaster recovery'],
  ['penstock-day-off', 'No Working Day'],
] as const;

/** What colours and marks of the calendar mean. */
export function CalendarKey() {
  return (
    <ul className="penstock-calendar-key" aria-label="What the marks mean">
      {looks.map(([name, words]) => (
        <li key={words}>
          <span className={`penstock-bar-of ${name}`} aria-hidden /> {words}
        </li>
      ))}
      {grounds.map(([name, words]) => (
        <li key={words}>
          <span className={`penstock-ground ${name}`} aria-hidden /> {words}
        </li>
      ))}
    </ul>
  );
}
