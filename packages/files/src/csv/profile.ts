/** What makes a kind of file: its name and version, its columns, its kinds of row, its limits. */
import type { Column } from '../findings.ts';

export interface Profile<Name extends string = string, Kind extends string = string> {
  /** The first cell of the header: name and version of the profile, 'adt-file/1'. */
  readonly id: string;
  /** As people call it. */
  readonly title: string;
  /** The columns after the first, which holds the kind of the row. */
  readonly columns: readonly Name[];
  /** So many of the last may be left out of the header, all of them, and then of every row. */
  readonly optionalColumns?: number;
  readonly kinds: readonly Kind[];
  readonly mostRows: number;
  readonly mostBytes: number;
}

/** The longest line that is taken, in characters. The longest that a writer makes, all SRVs named, is some 1,200. */
export const LONGEST_LINE = 8_192;

const megabyte = 1_000_000;

const adtColumns = [
  'user_id',
  'services',
  'direction',
  'period',
  'warning',
  'quarantine',
  'from',
  'to',
  'reference',
] as const;
const actionColumns = ['event', 'message_id', 'sha256', 'action', 'reason', 'reference'] as const;
const limitColumns = ['attribute', 'minimum', 'maximum', 'from', 'to', 'reference'] as const;
const reportColumns = [
  'event',
  'srv',
  'device',
  'message_id',
  'sha256',
  'held_at',
  'direction',
  'kind',
  'cause',
  'count',
] as const;

export const adtProfile: Profile<(typeof adtColumns)[number], 'threshold' | 'exception' | 'none'> = {
  id: 'adt-file/1',
  title: 'an ADT File',
  columns: adtColumns,
  kinds: ['threshold', 'exception', 'none'],
  mostRows: 10_000,
  mostBytes: 16 * megabyte,
};

export const actionsProfile: Profile<(typeof actionColumns)[number], 'action'> = {
  id: 'quarantine-actions/1',
  title: 'a Quarantined Communications Action File',
  columns: actionColumns,
  // decisions are made by programs that know no service request
  optionalColumns: 1,
  kinds: ['action'],
  mostRows: 2_000_000,
  mostBytes: 512 * megabyte,
};

export const reportProfile: Profile<(typeof reportColumns)[number], 'event' | 'held'> = {
  id: 'quarantine-report/1',
  title: 'a Quarantined Communications Report',
  columns: reportColumns,
  kinds: ['event', 'held'],
  mostRows: 2_000_000,
  mostBytes: 1_024 * megabyte,
};

export const limitsProfile: Profile<(typeof limitColumns)[number], 'limit' | 'none'> = {
  id: 'attribute-limits/1',
  title: 'an Attribute Limits File',
  columns: limitColumns,
  kinds: ['limit', 'none'],
  mostRows: 10_000,
  mostBytes: 16 * megabyte,
};

/** Every profile that this package knows. */
export const profiles: readonly Profile[] = [adtProfile, actionsProfile, reportProfile, limitsProfile];

export function headerOf(profile: Profile): string[] {
  return [profile.id, ...profile.columns];
}

/** Whether cells are the header, with all columns or without those that may be left out. */
export function isHeader(cells: readonly string[], profile: Profile): boolean {
  const header = headerOf(profile);
  const shortest = header.length - (profile.optionalColumns ?? 0);
  if (cells.length !== header.length && cells.length !== shortest) return false;
  return cells.every((cell, index) => cell === header[index]);
}

/** The column of this name, for faults. */
export function columnOf<Name extends string>(profile: Profile<Name>, name: Name): Column {
  return { number: profile.columns.indexOf(name) + 2, name };
}
