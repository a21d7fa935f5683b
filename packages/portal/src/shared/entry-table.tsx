// biome-ignore-all lint/a11y/useFocusableInteractive: cells of this table are no controls
// biome-ignore-all lint/a11y/useSemanticElements: the rows of a table element cannot be left out of the document
import { Text } from '@mantine/core';
import { type ReactNode, useMemo } from 'react';
import { isLong } from '../live/affected.ts';
import type { MoreRows } from './more-rows.tsx';
import { VirtualTable } from './virtual-table.tsx';

/** A row with a second line, as most are; each is measured when it is shown. */
const ROW_PIXELS = 63;
/** A column of share 1 has at least this: what is narrower scrolls sideways. */
const SHARE_PIXELS = 130;

/** A list as it is loaded, page by page. */
export interface Loaded<Item> extends MoreRows {
  readonly data: { readonly pages: readonly { readonly items: readonly Item[] }[] };
}

/** How much of it is loaded, and why it stands still. */
export function LoadedCount<Item>({ list }: { list: Loaded<Item> }) {
  const count = list.data.pages.reduce((sum, { items }) => sum + items.length, 0);
  return (
    <Text size="sm" c="dimmed" role="status">
      {count.toLocaleString('en-GB')} {list.hasNextPage ? 'loaded; scroll down for more' : 'in all'}
      {isLong(list.data) ? '. A list as long as this stands still: open the page again for what is new' : ''}.
    </Text>
  );
}

/** A table of entries of any length, each as high as what is in it. */
export function EntryTable<Item>(props: {
  list: Loaded<Item>;
  /** What the table is of, for whoever does not see it. */
  label: string;
  /** Each with its share of the width where it is not 1. */
  columns: readonly (string | readonly [words: string, share: number])[];
  keyOf: (item: Item) => string;
  /** What stands in the columns. */
  children: (item: Item) => readonly ReactNode[];
}) {
  const { list, label, columns, keyOf, children } = props;
  const { pages } = list.data;
  const items = useMemo(() => pages.flatMap((page) => page.items), [pages]);
  const names = columns.map((column) => (typeof column === 'string' ? column : column[0]));
  const shares = columns.map((column) => (typeof column === 'string' ? 1 : column[1]));
  return (
    <>
      <VirtualTable
        label={label}
        boxLabel={label}
        boxClass="penstock-entry-table"
        template={{
          columns: shares.map((share) => `minmax(0, ${share}fr)`).join(' '),
          pixels: shares.reduce((sum, share) => sum + share * SHARE_PIXELS, 0),
        }}
        columns={names}
        rows={items}
        keyOf={keyOf}
        cells={(item) =>
          children(item).map((cell, index) => (
            <div role="cell" key={names[index]}>
              {cell}
            </div>
          ))
        }
        rowPixels={ROW_PIXELS}
        more={list}
      />
      <LoadedCount list={list} />
    </>
  );
}
