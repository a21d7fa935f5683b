// How an export stands, in words. Pure.
import type { ExportDocument } from '@penstock/api/schemas';
import { kindWords } from '../messages/search.ts';

export function exportWords({ state, days, failure }: ExportDocument): string {
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
      return `Not made${failure === undefined ? '' : ` (${failure})`}`;
  }
}

/** What was asked for besides the time. */
export function conditionWords({ conditions }: Pick<ExportDocument, 'conditions'>): string {
  const { device, kind, serviceReferenceVariant, code, requestId } = conditions;
  const named: readonly (readonly [string, string | undefined])[] = [
    ['Kind', kind && kindWords[kind]],
    ['Device', device],
    ['Service', serviceReferenceVariant],
    ['Code', code],
    ['RequestID', requestId],
  ];
  const said = named.flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]));
  return said.length === 0 ? 'All messages' : said.join('; ');
}

const units = ['bytes', 'kB', 'MB', 'GB'];

export function sizeWords(bytes: number): string {
  const power = bytes === 0 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1);
  const value = bytes / 1000 ** power;
  return `${value.toLocaleString('en-GB', { maximumFractionDigits: power === 0 ? 0 : 1 })} ${units[power]}`;
}
