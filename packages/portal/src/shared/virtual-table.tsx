// biome-ignore-all lint/a11y/useFocusableInteractive: rows and headers of this table are no controls
// biome-ignore-all lint/a11y/useSemanticElements: the rows of a table element cannot be left out of the document
import { useMediaQuery } from '@mantine/hooks';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type CSSProperties, type ReactNode, useEffect, useRef } from 'react';
import { GoPast } from './go-past.tsx';
import { type MoreRows, MoreState, mayLoadMore } from './more-rows.tsx';

/** Pixels of a row that is one line. */
const ROW_PIXELS = 42;
/** More rows than a screen shows of any height. */
const SCREEN_ROWS = 25;
/** Rows before the end at which the next page is asked for: about two screens. */
const AHEAD_ROWS = 60;

/**
 * A list of any length: only rows in sight are in the document (some 40), however many there are; the next page is asked
 * for before the reader gets there. Rows are as high as what is in them, unless `narrowRowPixels` says that their height is
 * known.
 */
export function VirtualTable<Row>(props: {
  label: string;
  /** Of the box that scrolls, with its order. */
  boxLabel: string;
  boxClass?: string;
  tableClass?: string;
  /** Of the columns, as CSS has it; left out: the class says it. */
  template?: { readonly columns: string; readonly pixels: number };
  columns: readonly string[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  /** Elements of the role cell, one a column. */
  cells: (row: Row) => ReactNode;
  /** Pixels of a row; left out: of one line. */
  rowPixels?: number;
  /** Pixels of a row where a narrow screen puts its cells under one another. */
  narrowRowPixels?: number;
  more: MoreRows;
}) {
  const { label, boxLabel, boxClass = '', tableClass = '', columns, rows, keyOf, cells, template } = props;
  const { rowPixels = ROW_PIXELS, narrowRowPixels, more } = props;
  const { hasNextPage: hasMore, fetchNextPage: loadMore } = more;
  const isToLoad = mayLoadMore(more);
  const box = useRef<HTMLDivElement>(null);
  const isMeasured = narrowRowPixels === undefined;
  const isNarrow = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false });
  const size = isNarrow && !isMeasured ? narrowRowPixels : rowPixels;
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => size,
    getItemKey: (index) => {
      const row = rows[index];
      return row === undefined ? index : keyOf(row);
    },
    overscan: 12,
  });
  useEffect(() => {
    // the browser changed between wide and narrow: every row is of another height
    if (size > 0) virtualizer.measure();
  }, [size, virtualizer]);
  const visible = virtualizer.getVirtualItems();
  const last = visible.at(-1)?.index ?? 0;
  useEffect(() => {
    if (isToLoad && last > rows.length - AHEAD_ROWS) loadMore();
  }, [isToLoad, last, rows.length, loadMore]);

  return (
    <GoPast isLong={hasMore || rows.length > SCREEN_ROWS}>
      <section
        ref={box}
        className={`penstock-scroll ${boxClass}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
        tabIndex={0}
        aria-label={boxLabel}
        onKeyDown={(event) => {
          const { key, target, currentTarget } = event;
          if ((key !== 'Home' && key !== 'End') || target !== currentTarget) return;
          // rows are measured as they come into sight, which moves what is in sight: the browser alone stops short of the
          // head, and what it still does for an End that came before it undoes a Home
          event.preventDefault();
          if (key === 'Home') virtualizer.scrollToIndex(0, { align: 'start' });
          else currentTarget.scrollTo({ top: currentTarget.scrollHeight });
        }}
      >
        <div
          role="table"
          aria-label={label}
          aria-rowcount={hasMore ? -1 : rows.length + 1}
          className={`penstock-table ${tableClass}`}
          style={
            template === undefined
              ? undefined
              : ({ '--columns': template.columns, '--table-width': `${template.pixels}px` } as CSSProperties)
          }
        >
          <div role="rowgroup" className="penstock-table-head">
            <div role="row" aria-rowindex={1} className="penstock-row">
              {columns.map((column) => (
                <div role="columnheader" key={column}>
                  {column}
                </div>
              ))}
            </div>
          </div>
          <div role="rowgroup" className="penstock-table-body" style={{ height: virtualizer.getTotalSize() }}>
            {visible.map(({ index, start }) => {
              const row = rows[index];
              return row === undefined ? null : (
                <div
                  role="row"
                  aria-rowindex={index + 2}
                  key={keyOf(row)}
                  className="penstock-row"
                  {...(isMeasured ? { ref: virtualizer.measureElement, 'data-index': index } : {})}
                  style={{ ...(isMeasured ? {} : { height: size }), transform: `translateY(${start}px)` }}
                >
                  {cells(row)}
                </div>
              );
            })}
          </div>
        </div>
        <MoreState more={more} />
      </section>
    </GoPast>
  );
}
