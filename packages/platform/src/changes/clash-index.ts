// Many changes at once, found by what they have in common: each key has the times of its changes in order, so that only those
// are compared that share something and overlap.
import {
  type ChangeFacts,
  type Clash,
  type ClashRules,
  clashOf,
  crowdedSpans,
  type Mark,
  marksOf,
  needsOf,
  type Reason,
} from './clashes.ts';
import { Timeline, visitAcross, visitPairs } from './timeline.ts';
import { overlapsOf, type Span } from './windows.ts';

interface Held {
  readonly facts: ChangeFacts;
  readonly marks: readonly Mark[];
  /** Its place among all, in the order of ids; while all are looked at. */
  place: number;
}
interface Entry extends Span {
  readonly held: Held;
  readonly reason: Reason;
}
/** What two have in common so far. */
interface Found {
  readonly one: ChangeFacts;
  readonly other: ChangeFacts;
  readonly reasons: Reason[];
  /** Of the last reason: two that meet again and again have each reason once. */
  last: string | number;
}

const entriesOf = (held: Held, { reason }: Mark): Entry[] =>
  held.facts.spans.map(({ from, to }) => ({ from, to, held, reason }));
const byId = (one: Held, other: Held) => (one.facts.change < other.facts.change ? -1 : 1);

/** Adds a reason under its key; keys come in order. */
function note<Key>(
  found: Map<Key, Found>,
  key: Key,
  [one, other]: readonly [Entry, Entry],
  reason: Reason,
  of: string | number,
) {
  const known = found.get(key);
  if (known === undefined)
    found.set(key, { one: one.held.facts, other: other.held.facts, reasons: [reason], last: of });
  else if (known.last !== of) {
    known.reasons.push(reason);
    known.last = of;
  }
}

const clashesOf = (found: Iterable<Found>): Clash[] =>
  [...found].map(({ one, other, reasons }) => clashOf(one, other, reasons));

export class ClashIndex {
  readonly #rules: ClashRules;
  readonly #needs: ReturnType<typeof needsOf>;
  readonly #held = new Map<string, Held>();
  readonly #timelines = new Map<string, Timeline<Entry>>();
  readonly #all: Timeline<Span & { readonly held: Held }>;

  constructor(rules: ClashRules, changes: readonly ChangeFacts[]) {
    this.#rules = rules;
    this.#needs = needsOf(rules.services);
    // put in order once: each key's entries are in order as they come
    const times = changes
      .map((facts) => this.#hold(facts))
      .flatMap((held) => held.facts.spans.map(({ from, to }) => ({ from, to, held })))
      .sort((one, other) => one.from - other.from);
    const entries = new Map<string, Entry[]>();
    for (const { from, to, held } of times) {
      for (const { key, reason } of held.marks) {
        const entry = { from, to, held, reason };
        const list = entries.get(key);
        if (list === undefined) entries.set(key, [entry]);
        else list.push(entry);
      }
    }
    for (const [key, list] of entries) this.#timelines.set(key, new Timeline(list));
    this.#all = new Timeline(times);
  }

  #hold(facts: ChangeFacts): Held {
    const held = { facts, marks: marksOf(facts), place: 0 };
    this.#held.set(facts.change, held);
    return held;
  }

  /** Adds a change, instead of what is there of it. */
  put(facts: ChangeFacts): void {
    this.remove(facts.change);
    const held = this.#hold(facts);
    for (const mark of held.marks) {
      const timeline = this.#timelines.get(mark.key) ?? new Timeline<Entry>([]);
      this.#timelines.set(mark.key, timeline);
      for (const entry of entriesOf(held, mark)) timeline.put(entry);
    }
    for (const { from, to } of facts.spans) this.#all.put({ from, to, held });
  }

  remove(change: string): void {
    const held = this.#held.get(change);
    if (held === undefined) return;
    this.#held.delete(change);
    for (const { key } of held.marks) this.#timelines.get(key)?.remove((entry) => entry.held === held);
    this.#all.remove((item) => item.held === held);
  }

  /** All clashes of one change, which need not be in the index; what is there of it counts for nothing. */
  of(facts: ChangeFacts): Clash[] {
    const found = new Map<Held, Found>();
    const its: Held = { facts, marks: marksOf(facts), place: 0 };
    const look = (key: string, of: string | number, reasonOf: (first: Entry) => Reason, own: Reason) => {
      const timeline = this.#timelines.get(key);
      if (timeline === undefined) return;
      for (const span of facts.spans) {
        for (const other of timeline.during(span)) {
          if (other.held.facts.change === facts.change) continue;
          const mine: Entry = { ...span, held: its, reason: own };
          const pair = byId(its, other.held) < 0 ? ([mine, other] as const) : ([other, mine] as const);
          note(found, other.held, pair, reasonOf(pair[0]), of);
        }
      }
    };
    for (const { key, reason } of its.marks) look(key, key, (first) => first.reason, reason);
    const keys = new Set(its.marks.map(({ key }) => key));
    for (const [number, { needs, needed, reason }] of this.#needs.entries()) {
      if (keys.has(needs)) look(needed, number, () => reason, reason);
      if (keys.has(needed)) look(needs, number, () => reason, reason);
    }
    const around = facts.spans.flatMap((span) =>
      [...this.#all.during(span)].filter(({ held }) => held.facts.change !== facts.change),
    );
    // what lasts through several spans of the change is found with each
    const crowded = crowdedSpans([...new Set(around), ...facts.spans], this.#rules.mostAtOnce);
    const others = [...found].sort(([one], [other]) => byId(one, other)).map(([, each]) => each);
    const [before, after] = [others.filter(({ other }) => other === facts), others.filter(({ one }) => one === facts)];
    return [...clashesOf(before), ...clashesOf(after), ...this.#ownOf(facts, crowded)];
  }

  /** All clashes of all changes: those of pairs first, by their ids, then change by change. */
  all(): Clash[] {
    const held = [...this.#held.values()].sort(byId);
    for (const [place, each] of held.entries()) each.place = place;
    const found = new Map<number, Found>();
    const noteBoth = (one: Entry, other: Entry, of: string | number, reason?: Reason) => {
      if (one.held === other.held) return;
      const pair = one.held.place < other.held.place ? ([one, other] as const) : ([other, one] as const);
      note(found, pair[0].held.place * held.length + pair[1].held.place, pair, reason ?? pair[0].reason, of);
    };
    for (const [key, timeline] of [...this.#timelines].sort(([one], [other]) => (one < other ? -1 : 1))) {
      visitPairs(timeline, (one, other) => noteBoth(one, other, key));
    }
    for (const [number, { needs, needed, reason }] of this.#needs.entries()) {
      const [one, other] = [this.#timelines.get(needs), this.#timelines.get(needed)];
      if (one !== undefined && other !== undefined) visitAcross(one, other, (a, b) => noteBoth(a, b, number, reason));
    }
    const order = Float64Array.from(found.keys()).sort();
    const pairs = Array.from(order, (pair) => found.get(pair)).filter((each) => each !== undefined);
    const crowded = crowdedSpans(this.#all.items, this.#rules.mostAtOnce);
    return [...clashesOf(pairs), ...held.flatMap(({ facts }) => this.#ownOf(facts, crowded))];
  }

  #ownOf(facts: ChangeFacts, crowded: readonly Span[]): Clash[] {
    const { change, spans, affected, keepsMaintenance } = facts;
    const { calendar, mostAtOnce: most } = this.#rules;
    const planned = calendar.clashesOf(affected.services, spans, { keepsMaintenance });
    const crowds = overlapsOf(spans, crowded);
    return [
      ...planned.map((clash) => ({ ...clash, change })),
      ...(crowds.length === 0 ? [] : [{ kind: 'too_many' as const, change, most, spans: crowds }]),
    ];
  }
}
