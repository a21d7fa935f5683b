// What is planned around changes: freezes, maintenance windows, rehearsals of disaster recovery. Pure.
import type { CalendarKind } from '@penstock/api';
import { addDays } from '../foundation/clock.ts';
import { londonDay, startOfDay } from './london.ts';
import { mergeSpans, outsideOf, overlapsOf, type Span } from './windows.ts';

export interface CalendarEvent {
  readonly event: string;
  readonly kind: CalendarKind;
  readonly name: string;
  /** Of which services; of all when empty. */
  readonly services: readonly string[];
  readonly spans: readonly Span[];
}

/** What of a change's times is said against by what is planned around it. */
export interface CalendarClash {
  readonly kind: 'freeze' | 'rehearsal' | 'outside_maintenance';
  /** The freeze or the rehearsal; of `outside_maintenance` none. */
  readonly event: { readonly event: string; readonly name: string } | undefined;
  /** Of the change, those that are concerned; empty: all of it. */
  readonly services: readonly string[];
  readonly spans: readonly Span[];
}

/** The calendar, made ready for many changes. */
export class Calendar {
  readonly #closed: readonly { readonly event: CalendarEvent; readonly spans: readonly Span[] }[];
  /** By service: the maintenance windows that there are for it; '' has those of all services. */
  readonly #maintenance: ReadonlyMap<string, readonly Span[]>;

  constructor(events: readonly CalendarEvent[]) {
    this.#closed = events
      .filter(({ kind }) => kind !== 'maintenance')
      // a rehearsal takes its whole days
      .map((event) => ({
        event,
        spans: mergeSpans(event.kind === 'rehearsal' ? event.spans.map(daysOf) : event.spans),
      }));
    const windows = events.filter(({ kind }) => kind === 'maintenance');
    const named = new Set(['', ...windows.flatMap(({ services }) => services)]);
    const ofService = (name: string) =>
      windows.filter(({ services }) => services.length === 0 || services.includes(name)).flatMap(({ spans }) => spans);
    this.#maintenance = new Map([...named].map((name) => [name, mergeSpans(ofService(name))]));
  }

  /**
   * All that is said against these times. Maintenance windows are for the Operator's changes that are no emergency
   * (`keepsMaintenance`): where there are windows for a service, the change lies in them.
   */
  clashesOf(
    services: readonly string[],
    spans: readonly Span[],
    { keepsMaintenance }: { readonly keepsMaintenance: boolean },
  ): CalendarClash[] {
    const clashes: CalendarClash[] = [];
    for (const { event, spans: closed } of this.#closed) {
      if (event.services.length > 0 && !services.some((service) => event.services.includes(service))) continue;
      const found = overlapsOf(spans, closed);
      if (found.length === 0) continue;
      const concerned = services.filter((service) => event.services.includes(service));
      const kind = event.kind === 'rehearsal' ? 'rehearsal' : 'freeze';
      clashes.push({ kind, event: { event: event.event, name: event.name }, services: concerned, spans: found });
    }
    if (keepsMaintenance) clashes.push(...this.#outside(services, spans));
    return clashes;
  }

  #outside(services: readonly string[], spans: readonly Span[]): CalendarClash[] {
    const found = services.flatMap((service) => {
      const windows = this.#maintenance.get(service) ?? this.#maintenance.get('') ?? [];
      const outside = windows.length === 0 ? [] : outsideOf(spans, windows);
      return outside.length === 0 ? [] : [{ service, outside }];
    });
    if (found.length === 0) return [];
    return [
      {
        kind: 'outside_maintenance',
        event: undefined,
        services: found.map(({ service }) => service),
        spans: mergeSpans(found.flatMap(({ outside }) => outside)),
      },
    ];
  }
}

function daysOf({ from, to }: Span): Span {
  return { from: startOfDay(londonDay(from)), to: startOfDay(addDays(londonDay(to - 1), 1)) };
}
