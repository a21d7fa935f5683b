// Writes calendars as RFC 5545 wants them. Pure.
//
// What always holds: times are in UTC, so that no reader's rules of the clock change them; no text can end its line or begin
// another property; no line has more than 75 octets, and none is broken within a letter.

export interface CalendarEntry {
  /** The same for the same thing each time, for one reader. */
  readonly uid: string;
  readonly sequence: number;
  /** When it became what it is. */
  readonly stampedAt: Date;
  readonly from: Date;
  readonly to: Date;
  readonly status: 'CONFIRMED' | 'TENTATIVE' | 'CANCELLED';
  readonly summary: string;
  readonly description: string;
  readonly categories: readonly string[];
}

export interface CalendarText {
  readonly name: string;
  readonly description: string;
  readonly entries: readonly CalendarEntry[];
}

const LONGEST_LINE = 75;
const REFRESH = 'PT1H';

/** '20261201T220000Z' */
const instantOf = (time: Date) => `${time.toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;

/** A TEXT value: what would end it, or mean something in it, stands behind a backslash; control characters are left out. */
export function textOf(text: string): string {
  return text
    .replaceAll(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
    .replaceAll(/[^\P{Cc}\n\t]/gu, '')
    .replaceAll(/[\\;,]/g, '\\$&')
    .replaceAll('\n', '\\n');
}

/** A content line in pieces of 75 octets, each after the first behind a space. */
export function fold(line: string): string {
  const pieces: string[] = [];
  let piece = '';
  let octets = 0;
  for (const letter of line) {
    const size = Buffer.byteLength(letter);
    if (octets + size > LONGEST_LINE) {
      pieces.push(piece);
      piece = ' ';
      octets = 1;
    }
    piece += letter;
    octets += size;
  }
  return [...pieces, piece].join('\r\n');
}

/** The clocks of London since 1996: for readers that show a calendar's own time, and since no calendar is without a component. */
const london = [
  'BEGIN:VTIMEZONE',
  'TZID:Europe/London',
  'BEGIN:DAYLIGHT',
  'DTSTART:19960331T010000',
  'RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU',
  'TZOFFSETFROM:+0000',
  'TZOFFSETTO:+0100',
  'TZNAME:BST',
  'END:DAYLIGHT',
  'BEGIN:STANDARD',
  'DTSTART:19961027T020000',
  'RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU',
  'TZOFFSETFROM:+0100',
  'TZOFFSETTO:+0000',
  'TZNAME:GMT',
  'END:STANDARD',
  'END:VTIMEZONE',
];

function linesOf(entry: CalendarEntry): string[] {
  const { uid, sequence, stampedAt, from, to, status, summary, description, categories } = entry;
  return [
    'BEGIN:VEVENT',
    `UID:${uid}`,
    `SEQUENCE:${sequence}`,
    `DTSTAMP:${instantOf(stampedAt)}`,
    `LAST-MODIFIED:${instantOf(stampedAt)}`,
    `DTSTART:${instantOf(from)}`,
    `DTEND:${instantOf(to)}`,
    `STATUS:${status}`,
    `SUMMARY:${textOf(summary)}`,
    `DESCRIPTION:${textOf(description)}`,
    ...(categories.length === 0 ? [] : [`CATEGORIES:${categories.map(textOf).join(',')}`]),
    // nobody is away for it
    'TRANSP:TRANSPARENT',
    'END:VEVENT',
  ];
}

/** The whole file. */
export function writeCalendar({ name, description, entries }: CalendarText): string {
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Penstock//Forward schedule//EN',
    'CALSCALE:GREGORIAN',
    'METHOD:PUBLISH',
    `NAME:${textOf(name)}`,
    `X-WR-CALNAME:${textOf(name)}`,
    `DESCRIPTION:${textOf(description)}`,
    `X-WR-CALDESC:${textOf(description)}`,
    'X-WR-TIMEZONE:Europe/London',
    `REFRESH-INTERVAL;VALUE=DURATION:${REFRESH}`,
    `X-PUBLISHED-TTL:${REFRESH}`,
    ...london,
    ...entries.flatMap(linesOf),
    'END:VCALENDAR',
  ];
  return `${lines.map(fold).join('\r\n')}\r\n`;
}
