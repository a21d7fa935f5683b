// A list of changes as a CSV file: what its reader sees of each.
import type { ChangeContent, ChangeView, WholeChange } from '@penstock/api';
import type { CsvColumns } from '../foundation/csv-export.ts';

const ofWhole = (read: (change: WholeChange) => string) => (change: ChangeView) =>
  change.see === 'whole' ? read(change) : undefined;
const named = (dimension: keyof ChangeContent['affected']) =>
  ofWhole(({ content }) => content.affected[dimension].join('|'));

/** An outline leaves the columns empty that it does not say. */
export const changeColumns: CsvColumns<ChangeView> = {
  change: ({ change }) => change,
  owner: (change) => (change.see === 'whole' ? change.owner.party : change.owner),
  kind: ofWhole(({ content }) => content.statement.kind),
  state: ofWhole(({ state }) => state),
  title: ofWhole(({ content }) => content.title),
  size: (change) => (change.see === 'whole' ? change.content.size : change.size),
  sharing: ofWhole(({ content }) => content.sharing),
  from: ({ occurrences }) => occurrences[0]?.from,
  to: ({ occurrences }) => occurrences.at(-1)?.to,
  times: ({ occurrences }) => occurrences.length,
  services: (change) => (change.see === 'whole' ? change.content.affected.services : change.services).join('|'),
  srvs: named('srvs'),
  interfaces: named('interfaces'),
  deviceModels: named('deviceModels'),
  regions: named('regions'),
};
