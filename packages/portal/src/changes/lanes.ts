// What overlaps is put into lanes beside each other: in one lane no two overlap. Pure.

/** From the one, and up to the other without it. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Laned<Item> {
  readonly item: Item;
  readonly lane: number;
}

/** Each in the first lane that is free where it begins, those that begin first and last longest first. */
export function putInLanes<Item extends Span>(
  items: readonly Item[],
): { readonly laned: Laned<Item>[]; readonly lanes: number } {
  const ends: number[] = [];
  const laned = items
    .toSorted((one, other) => one.from - other.from || other.to - one.to)
    .map((item) => {
      const free = ends.findIndex((end) => end <= item.from);
      const lane = free < 0 ? ends.length : free;
      ends[lane] = item.to;
      return { item, lane };
    });
  return { laned, lanes: ends.length };
}

/** Groups of which each overlaps another of its group and none of another one, with the lanes that each group needs. */
export function putInClusters<Item extends Span>(items: readonly Item[]): (Laned<Item> & { readonly lanes: number })[] {
  const found: (Laned<Item> & { lanes: number })[] = [];
  let cluster: Item[] = [];
  let end = Number.NEGATIVE_INFINITY;
  const close = () => {
    const { laned, lanes } = putInLanes(cluster);
    found.push(...laned.map((each) => ({ ...each, lanes })));
    cluster = [];
  };
  for (const item of items.toSorted((one, other) => one.from - other.from)) {
    if (item.from >= end) close();
    cluster.push(item);
    end = Math.max(end, item.to);
  }
  close();
  return found;
}
