// Instants as people read and write them: Europe/London with its offset, or UTC. Addresses and the API hold UTC only.

export const zones = ['Europe/London', 'UTC'] as const;
export type Zone = (typeof zones)[number];

const formats = new Map<Zone, Intl.DateTimeFormat>(
  zones.map((timeZone) => [
    timeZone,
    new Intl.DateTimeFormat('en-GB', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
      timeZoneName: 'longOffset',
    }),
  ]),
);
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function partsOf(instant: Date, zone: Zone): Record<string, string> {
  const parts = formats.get(zone)?.formatToParts(instant) ?? [];
  return Object.fromEntries(parts.map(({ type, value }) => [type, value]));
}

/** '+01:00'; in UTC 'UTC', so that nobody takes London's winter for it. */
function offsetOf(parts: Record<string, string>, zone: Zone): string {
  if (zone === 'UTC') return 'UTC';
  const offset = parts.timeZoneName?.replace('GMT', '') ?? '';
  return offset === '' ? '+00:00' : offset;
}

/** The day and the time of an instant, and what the time is to be read by. */
export function formatInstant(iso: string, zone: Zone): { day: string; time: string; offset: string } {
  const parts = partsOf(new Date(iso), zone);
  return {
    day: `${Number(parts.day)} ${months[Number(parts.month) - 1]} ${parts.year}`,
    time: `${parts.hour}:${parts.minute}:${parts.second}`,
    offset: offsetOf(parts, zone),
  };
}

/** '2026-11-22T08:30:00', as a field for date and time wants it. */
export function toLocal(iso: string, zone: Zone): string {
  const { year, month, day, hour, minute, second } = partsOf(new Date(iso), zone);
  return `${year}-${month}-${day}T${hour}:${minute}:${second}`;
}

/**
 * The instant of a local date and time; undefined when it is none. An hour that comes twice is the first one, an hour
 * that is left out is read with the offset before it.
 */
export function fromLocal(local: string, zone: Zone): string | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/.test(local)) return undefined;
  const asUtc = Date.parse(`${local}Z`);
  if (Number.isNaN(asUtc)) return undefined;
  if (zone === 'UTC') return new Date(asUtc).toISOString();
  const hour = 3_600_000;
  const seconds = local.length === 16 ? `${local}:00` : local;
  // London is ahead of UTC by one hour or none: the earlier instant that reads so, else the one by winter time
  const summer = new Date(asUtc - hour).toISOString();
  if (toLocal(summer, zone) === seconds) return summer;
  return new Date(asUtc).toISOString();
}

/** '3 min', '2 h 5 min', '4 d 1 h': how long something took or lasts. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1_000) return `${Math.max(0, Math.round(milliseconds))} ms`;
  const seconds = Math.floor(milliseconds / 1_000);
  if (seconds < 60) return `${(milliseconds / 1_000).toFixed(1)} s`;
  const units = [
    ['d', 86_400],
    ['h', 3_600],
    ['min', 60],
  ] as const;
  const words: string[] = [];
  let rest = seconds;
  for (const [unit, size] of units) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) words.push(`${count} ${unit}`);
  }
  return words.slice(0, 2).join(' ');
}
