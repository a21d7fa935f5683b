// biome-ignore-all lint/a11y/useFocusableInteractive: rows and headers of this table are no controls
// biome-ignore-all lint/a11y/useSemanticElements: the rows of a table element cannot be left out of the document
import { Anchor, Checkbox, Loader } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import type { HeldMessageDocument } from '@penstock/api/schemas';
import { Link } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import { kindWords } from '../messages/search.ts';
import { When } from '../shared/when.tsx';
import { fateOf } from './words.ts';

/** Pixels of a row: one line, or what a narrow screen puts under one another. */
const ROW_PIXELS = 42;
const NARROW_ROW_PIXELS = 128;
/** Rows before the end at which the next page is asked for: about two screens. */
const AHEAD_ROWS = 60;

/** What an event holds, in the order of holding: only rows in sight are in the document. */
export function HeldTable(props: {
  rows: readonly HeldMessageDocument[];
  user: string | undefined;
  /** SHA-256 of each message that is chosen; undefined: none can be. */
  chosen: ReadonlySet<string> | undefined;
  onChoose: (chosen: ReadonlySet<string>) => void;
  hasMore: boolean;
  isLoadingMore: boolean;
  loadMore: () => void;
}) {
  const { rows, user, chosen, onChoose, hasMore, isLoadingMore, loadMore } = props;
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

  function choose(sha256: string, isChosen: boolean) {
    const next = new Set(chosen);
    if (isChosen) next.add(sha256);
    else next.delete(sha256);
    onChoose(next);
  }

  const columns = [...(chosen === undefined ? [] : ['Choose']), 'Held', 'Kind', 'Service', 'Device', 'State'];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section ref={box} className="penstock-scroll penstock-held" tabIndex={0} aria-label="Held messages, oldest first">
      <div
        role="table"
        aria-label="Held messages"
        aria-rowcount={hasMore ? -1 : rows.length + 1}
        className={`penstock-table ${chosen === undefined ? '' : 'penstock-chosen'}`}
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
            const message = rows[index];
            return message === undefined ? null : (
              <div
                role="row"
                aria-rowindex={index + 2}
                key={message.position}
                className="penstock-row"
                style={{ height: size, transform: `translateY(${start}px)` }}
              >
                {chosen === undefined ? null : (
                  <div role="cell">
                    <Checkbox
                      aria-label={`Choose ${message.messageId}`}
                      disabled={message.decision !== undefined}
                      checked={chosen.has(message.sha256)}
                      onChange={(event) => choose(message.sha256, event.currentTarget.checked)}
                    />
                  </div>
                )}
                <Cells message={message} user={user} />
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

function Cells({ message, user }: { message: HeldMessageDocument; user: string | undefined }) {
  const [day = '', sequence = ''] = message.position.split('/');
  const fate = fateOf(message);
  return (
    <>
      <div role="cell">
        <Anchor
          renderRoot={(props) => (
            <Link
              to="/messages/$day/$sequence"
              params={{ day, sequence }}
              search={(search) => ({ for: search.for, user })}
              {...props}
            />
          )}
        >
          <When at={message.heldAt} />
        </Anchor>
      </div>
      <div role="cell">{kindWords[message.kind]}</div>
      <div role="cell">{message.serviceReferenceVariant ?? '-'}</div>
      <div role="cell" className="penstock-identifier">
        {message.target}
      </div>
      <div role="cell" title={fate} className="penstock-fate">
        {fate}
      </div>
    </>
  );
}
