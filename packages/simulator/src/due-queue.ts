/** What is to happen later, earliest first: a binary heap, because tens of thousands of answers may wait at once. */
export class DueQueue<Item> {
  readonly #heap: { readonly due: number; readonly item: Item }[] = [];

  get length(): number {
    return this.#heap.length;
  }

  push(due: number, item: Item): void {
    const heap = this.#heap;
    const entry = { due, item };
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || parent.due <= due) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = entry;
  }

  /** The earliest item when it is due, taken out; else undefined. */
  popDue(now: number): Item | undefined {
    const heap = this.#heap;
    const first = heap[0];
    if (first === undefined || first.due > now) return undefined;
    const last = heap.pop();
    if (last !== undefined && heap.length > 0) this.#sink(last);
    return first.item;
  }

  #sink(entry: { readonly due: number; readonly item: Item }): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      let child = heap[below];
      const right = heap[below + 1];
      if (child !== undefined && right !== undefined && right.due < child.due) {
        below += 1;
        child = right;
      }
      if (child === undefined || child.due >= entry.due) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = entry;
  }
}
