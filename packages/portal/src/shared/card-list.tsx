import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { type Loaded, LoadedCount } from './entry-table.tsx';
import { GoPast } from './go-past.tsx';
import { MoreState, mayLoadMore } from './more-rows.tsx';

/** More cards than a screen shows of any height. */
const SCREEN_CARDS = 15;
/** Cards before the end at which the next page is asked for. */
const AHEAD_CARDS = 20;

/**
 * Cards of any number, in the page's own scroll: only those in sight are in the document, each as high as what is in it, and
 * the next page is asked for before the reader gets there.
 */
export function CardList<Item, Card>(props: {
  label: string;
  list: Loaded<Item>;
  /** Made of what is loaded: sorted, or several on a line. */
  cards: readonly Card[];
  keyOf: (card: Card) => string;
  /** Pixels of a card, about. */
  cardPixels: number;
  children: (card: Card) => ReactNode;
}) {
  const { label, list, cards, keyOf, cardPixels, children } = props;
  const { hasNextPage, fetchNextPage } = list;
  const isToLoad = mayLoadMore(list);
  const box = useRef<HTMLOListElement>(null);
  const [above, setAbove] = useState(0);
  useLayoutEffect(() => {
    // what stands above it may come later, or go
    const top = box.current === null ? 0 : Math.round(box.current.getBoundingClientRect().top + window.scrollY);
    if (top !== above) setAbove(top);
  });
  const virtualizer = useWindowVirtualizer({
    count: cards.length,
    estimateSize: () => cardPixels,
    getItemKey: (index) => {
      const card = cards[index];
      return card === undefined ? index : keyOf(card);
    },
    scrollMargin: above,
    gap: 10,
    overscan: 6,
  });
  const visible = virtualizer.getVirtualItems();
  const last = visible.at(-1)?.index ?? 0;
  useEffect(() => {
    if (isToLoad && last > cards.length - AHEAD_CARDS) fetchNextPage();
  }, [isToLoad, last, cards.length, fetchNextPage]);
  return (
    <GoPast isLong={hasNextPage || cards.length > SCREEN_CARDS}>
      <ol ref={box} aria-label={label} className="penstock-cards" style={{ height: virtualizer.getTotalSize() }}>
        {visible.map(({ index, start }) => {
          const card = cards[index];
          return card === undefined ? null : (
            <li
              key={keyOf(card)}
              ref={virtualizer.measureElement}
              data-index={index}
              aria-posinset={index + 1}
              aria-setsize={hasNextPage ? -1 : cards.length}
              style={{ transform: `translateY(${start - above}px)` }}
            >
              {children(card)}
            </li>
          );
        })}
      </ol>
      <MoreState more={list} />
      <LoadedCount list={list} />
    </GoPast>
  );
}
