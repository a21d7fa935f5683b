// biome-ignore-all lint/a11y/useFocusableInteractive: rows and headers of this table are no controls
// biome-ignore-all lint/a11y/useSemanticElements: the rows of a table element cannot be left out of the document
import { Anchor, Loader } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import type { MessageDocument } from '@penstock/api/schemas';
import { Link } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import { When } from '../shared/when.tsx';
import { Outcome } from './outcome.tsx';
import { kindWords, type MessageSearch } from './search.ts';

/** Pixels of a row: one line, or what a narrow screen puts under one another. */
const ROW_PIXELS = 42;
const NARROW_ROW_PIXELS = 118;
/** Rows before the end at which the next page is asked for: about two screens. */
const AHEAD_ROWS = 60;

const columns = ['Time', 'Kind', 'Service', 'Device', 'Outcome', 'Code'];

/**
 * The list itself: only rows in sight are in the document (some 40), however many there are; the next page is asked
 * for before the reader gets there.
 */
export function MessageTable(props: {
  rows: readonly MessageDocument[];
  search: MessageSearch;
  hasMore: boolean;
  isLoadingMore: boolean;
  loadMore: () => void;
}) {
  const { rows, search, hasMore, isLoadingMore, loadMore } = props;
  const box = useRef<HTMLDivElement>(null);
  const isNarrow = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false });
  const size = isNarrow ? NARROW_ROW_PIXELS : ROW_PIXELS;
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => size,
    overscan: 12,
  });
  useEffect(() => {
    // the browser changed between wide and narrow: every row is of another height
    if (size > 0) virtualizer.measure();
  }, [size, virtualizer]);
  const visible = virtualizer.getVirtualItems();
  const last = visible.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && !isLoadingMore && last > rows.length - AHEAD_ROWS) loadMore();
  }, [hasMore, isLoadingMore, last, rows.length, loadMore]);

  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section ref={box} className="penstock-scroll" tabIndex={0} aria-label="Messages, newest first">
      <div role="table" aria-label="Messages" aria-rowcount={hasMore ? -1 : rows.length + 1} className="penstock-table">
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
            const message = rows[index];
            return message === undefined ? null : (
              <div
                role="row"
                aria-rowindex={index + 2}
                key={message.position}
                className="penstock-row"
                style={{ height: size, transform: `translateY(${start}px)` }}
              >
                <Cells message={message} search={search} />
              </div>
            );
          })}
        </div>
      </div>
      {isLoadingMore ? (
        <div className="penstock-more" role="status">
          <Loader size="xs" aria-hidden /> Loading more ...
        </div>
      ) : null}
    </section>
  );
}

function Cells({ message, search }: { message: MessageDocument; search: MessageSearch }) {
  const [day = '', sequence = ''] = message.position.split('/');
  return (
    <>
      <div role="cell">
        <Anchor
          renderRoot={(props) => (
            <Link to="/messages/$day/$sequence" params={{ day, sequence }} search={search} {...props} />
          )}
        >
          <When at={message.recordedAt} />
        </Anchor>
      </div>
      <div role="cell">
        <span aria-hidden className="penstock-direction">
          {message.direction === 'southbound' ? '→' : '←'}
        </span>
        {kindWords[message.kind]}
      </div>
      <div role="cell">{message.serviceReferenceVariant ?? '-'}</div>
      <div role="cell" className="penstock-identifier">
        {message.target}
      </div>
      <div role="cell">
        <Outcome verdict={message.verdict} />
      </div>
      <div role="cell">{message.code ?? '-'}</div>
    </>
  );
}
