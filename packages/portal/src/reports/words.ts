// What each report holds, in plain words. Pure.
import type { ReportName } from '@penstock/api/schemas';

interface ReportWords {
  /** What it counts, and of what it has a line each. */
  readonly holds: string;
  /** Whose rows. */
  readonly whose: string;
}

const ownRecord = 'The User’s own record, and nobody else’s messages.';
const ownDevices = 'The devices for which the User is responsible now, each counted once whatever its roles.';

export const reportWords: Readonly<Record<ReportName, ReportWords>> = {
  RSAT_001: {
    holds:
      'How many messages went through in the month: a line for each service, direction and kind. A line without a service has alerts. The last half minute may be missing.',
    whose: ownRecord,
  },
  RSAT_002: {
    holds:
      'How many messages concerned one device in the month: a line for each service, direction, kind, verdict and code, with the first and the last time.',
    whose: ownRecord,
  },
  RSMI_001: { holds: 'How many devices there are now of each kind and status.', whose: ownDevices },
  RSMI_002: {
    holds: 'How many devices there are now of each kind, manufacturer, model, firmware and generation.',
    whose: ownDevices,
  },
  RSMI_003: {
    holds: 'How many devices there are now in each region, by kind. Without a region: it is not known.',
    whose: ownDevices,
  },
  RSMI_004: {
    holds: 'How many devices the User gained and lost in the month, up to now, by role and kind.',
    whose: 'The User’s own responsibilities.',
  },
};

/** The same on every line: said once, beside the table. */
const SAME = new Set(['month', 'userId', 'device', 'asAt']);

const headings: Readonly<Record<string, string>> = {
  serviceReferenceVariant: 'SRV',
  serviceName: 'Service',
  smets: 'SMETS',
  firstAt: 'First (UTC)',
  lastAt: 'Last (UTC)',
};
const headingOf = (column: string): string =>
  headings[column] ?? `${column.charAt(0).toUpperCase()}${column.slice(1).replaceAll('_', ' ')}`;

export interface ShownReport {
  readonly columns: readonly string[];
  /** The first of them. */
  readonly rows: readonly (readonly string[])[];
  /** How many the file has. */
  readonly count: number;
}

/** What a page shows of a file: as many of the first lines as it is told, without what is the same on each. */
export function shownOf([columns = [], ...lines]: readonly (readonly string[])[], most: number): ShownReport {
  const kept = columns.flatMap((column, index) => (SAME.has(column) ? [] : [index]));
  return {
    columns: kept.map((index) => headingOf(columns[index] ?? '')),
    rows: lines.slice(0, most).map((line) => kept.map((index) => line[index] ?? '')),
    count: lines.length,
  };
}

/** The months that a report can be asked for, the newest first: this one, and the twelve before it, as UTC has them. */
export function monthsUntil(now: Date): string[] {
  return Array.from({ length: 13 }, (_, back) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1)).toISOString().slice(0, 7),
  );
}

/** '1 line', '2,000 lines' */
export const linesWords = (count: number): string =>
  `${count.toLocaleString('en-GB')} ${count === 1 ? 'line' : 'lines'}`;
