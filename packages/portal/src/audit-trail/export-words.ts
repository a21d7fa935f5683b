// How an export stands, in words. Pure.
import type { ExportDocument } from '@penstock/api/schemas';
import { kindWords } from '../messages/search.ts';
import { directionWords } from './title-search.ts';

export function exportWords({ state, days }: ExportDocument): string {
  switch (state) {
    case 'waiting':
      return 'Waits for its turn';
    case 'running':
      return `Being made: ${days.done} of ${days.all} ${days.all === 1 ? 'day' : 'days'}`;
    case 'done':
      return 'Ready';
    case 'cancelled':
      return 'Cancelled';
    case 'failed':
      return 'Not made';
  }
}

/** What was asked for besides the time. */
export function conditionWords({ of, conditions }: Pick<ExportDocument, 'of' | 'conditions'>): string {
  const { device, mpxn, direction, kind, serviceReferenceVariant, code, requestId } = conditions;
  const named: readonly (readonly [string, string | undefined])[] = [
    ['Direction', direction && directionWords[direction]],
    ['Kind', kind && kindWords[kind]],
    ['Device', of === 'titles' ? undefined : device],
    ['MPxN', mpxn],
    ['Service', serviceReferenceVariant],
    ['Code', code],
    ['RequestID', requestId],
  ];
  const said = named.flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]));
  const words = said.join('; ');
  if (of === 'titles') return `Titles of ${device}${words === '' ? '' : `; ${words}`}`;
  return words === '' ? 'All messages' : words;
}

/** '1 message', '2,000 titles' */
export function countWords({ of, rows }: Pick<ExportDocument, 'of' | 'rows'>): string {
  const [one, many] = of === 'titles' ? ['title', 'titles'] : ['message', 'messages'];
  return `${rows.toLocaleString('en-GB')} ${rows === 1 ? one : many}`;
}

const units = ['bytes', 'kB', 'MB', 'GB'];

export function sizeWords(bytes: number): string {
  const power = bytes === 0 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1);
  const value = bytes / 1000 ** power;
  return `${value.toLocaleString('en-GB', { maximumFractionDigits: power === 0 ? 0 : 1 })} ${units[power]}`;
}
