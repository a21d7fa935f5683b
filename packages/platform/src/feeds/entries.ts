// What a calendar has of the forward schedule: made of what a reader sees (ChangeView), and of nothing else. Pure.
import { createHash } from 'node:crypto';
import type { ChangeState, ChangeView, calendarPageSchema, OccurrenceDocument } from '@penstock/api';
import type { z } from 'zod';
import type { CalendarEntry } from './icalendar.ts';

export type PlannedEvent = z.infer<typeof calendarPageSchema>['items'][number];

/** What an entry says, without what counts and identifies it. */
type Said = Pick<CalendarEntry, 'status' | 'summary' | 'description' | 'categories'>;

const firm: readonly ChangeState[] = ['scheduled', 'in_progress', 'done', 'backed_out'];
const inWords = (code: string) => code.replaceAll('_', ' ');
const listed = (words: string, names: readonly string[]) =>
  names.length === 0 ? [] : [`${words}: ${names.join(', ')}`];

/** Drafts and templates are no part of what is to come. */
export function isToCome(view: ChangeView): boolean {
  return view.see === 'outline' || (view.state !== 'draft' && view.state !== 'template');
}

function saidOf(view: ChangeView): Said {
  if (view.see === 'outline') {
    const { owner, services, size } = view;
    const on = services.length === 0 ? '' : `: ${services.join(', ')}`;
    return {
      // which state it is in is its owner's
      status: 'CONFIRMED',
      summary: `A change of ${owner}${on}`,
      description: `Size: ${size}. Its owner shares no more of it.`,
      categories: services,
    };
  }
  const { content, state, owner } = view;
  const { affected, statement, title, description } = content;
  const planned = statement.kind === 'planned_maintenance' ? statement : undefined;
  const lines = [
    `${inWords(statement.kind)}, ${inWords(state)}, of ${owner.party}`,
    ...listed('Services', affected.services),
    ...listed('SRVs', affected.srvs),
    ...listed('Interfaces', affected.interfaces),
    ...listed('Device models', affected.deviceModels),
    ...listed('Regions', affected.regions),
    ...(planned?.activity === undefined ? [] : [`Activity: ${planned.activity}`]),
    ...(planned?.disrupted === undefined ? [] : [`Disrupted or at Material Risk: ${planned.disrupted}`]),
    ...(planned?.riskToReturn === undefined ? [] : [`Risk to the return of normal service: ${planned.riskToReturn}`]),
    ...(description === undefined ? [] : [description]),
  ];
  const status = state === 'cancelled' ? 'CANCELLED' : firm.includes(state) ? 'CONFIRMED' : 'TENTATIVE';
  return { status, summary: title, description: lines.join('\n'), categories: affected.services };
}

/** Says whether something else is given than before. */
export function digestOf(view: ChangeView): Buffer {
  const said = JSON.stringify([saidOf(view), view.occurrences]);
  return createHash('sha256').update(said).digest();
}

/** Of one reader and one of the times of something; whoever has two readers' calendars cannot tell by it what is the same. */
function uidOf(reader: string, id: string, time: number): string {
  return `${createHash('sha256').update(`penstock calendar ${reader} ${id} ${time}`).digest('hex').slice(0, 40)}@penstock`;
}

function timesOf(occurrences: readonly OccurrenceDocument[], reader: string, id: string) {
  return occurrences.map(({ from, to }, index) => ({
    uid: uidOf(reader, id, index),
    from: new Date(from),
    to: new Date(to),
  }));
}

export interface Given {
  readonly sequence: number;
  readonly givenAt: Date;
}

/** An entry for each time of a change. */
export function entriesOf(view: ChangeView, reader: string, { sequence, givenAt }: Given): CalendarEntry[] {
  const said = saidOf(view);
  return timesOf(view.occurrences, reader, view.change).map((time) => ({
    ...time,
    ...said,
    sequence,
    stampedAt: givenAt,
  }));
}

/** Freezes and rehearsals; in a maintenance window nothing happens by itself. */
export function plannedEntriesOf(event: PlannedEvent, reader: string): CalendarEntry[] {
  if (event.kind === 'maintenance') return [];
  const { name, services, setAt } = event;
  const of = services.length === 0 ? 'of all services' : `of ${services.join(', ')}`;
  return timesOf(event.occurrences, reader, event.event).map((time) => ({
    ...time,
    status: 'CONFIRMED',
    summary: event.kind === 'freeze' ? `Freeze: ${name}` : `Rehearsal of disaster recovery: ${name}`,
    description: event.kind === 'freeze' ? `No changes ${of}.` : `Rehearsal ${of}.`,
    categories: services,
    sequence: 0,
    stampedAt: new Date(setAt),
  }));
}
