// What a reader of changes is told by a save: found from what it saw before and sees now (ChangeView), and from nothing else.
// So whoever is told learns nothing that it could not have seen by looking. Pure.
import type { ChangeView, WebhookType } from '@penstock/api';
import { londonDay } from '../changes/london.ts';
import { isOver, isPrivate } from '../changes/states.ts';

/** What of a view is its owner's words, without what each save moves. */
function shown(view: ChangeView): string {
  if (view.see === 'outline') return JSON.stringify(view);
  const { see, owner, state, content } = view;
  return JSON.stringify([see, owner, state, content]);
}

const isCancelled = (view: ChangeView) => view.see === 'whole' && view.state === 'cancelled';
/** A draft is nothing to anybody yet, its owner's machines too. */
const told = (view: ChangeView | undefined) =>
  view === undefined || (view.see === 'whole' && isPrivate(view.state)) ? undefined : view;

/** @param before undefined: nothing of it was to be seen */
export function typeOf(before: ChangeView | undefined, after: ChangeView | undefined): WebhookType | undefined {
  const [was, is] = [told(before), told(after)];
  if (was === undefined) {
    return is === undefined || (is.see === 'whole' && isOver(is.state)) ? undefined : 'change.shared';
  }
  if (is === undefined) return 'change.withdrawn';
  if (isCancelled(is)) return isCancelled(was) ? undefined : 'change.cancelled';
  if (JSON.stringify(was.occurrences) !== JSON.stringify(is.occurrences)) return 'change.moved';
  return shown(was) === shown(is) ? undefined : 'change.changed';
}

/** Whether a view is about a service. */
export const isAbout = (view: ChangeView | undefined, service: string): boolean =>
  view !== undefined && (view.see === 'outline' ? view.services : view.content.affected.services).includes(service);

const inSchedule = ['scheduled', 'in_progress', 'done', 'backed_out'];

/** The months in whose schedule of Planned Maintenance a view stands. */
function monthsOf(view: ChangeView | undefined): string[] {
  if (view?.see !== 'whole' || view.content.statement.kind !== 'planned_maintenance') return [];
  if (view.content.sharing !== 'everybody' || !inSchedule.includes(view.state)) return [];
  return view.occurrences.flatMap(({ from, to }) => [
    londonDay(Date.parse(from)).slice(0, 7),
    londonDay(Date.parse(to) - 1).slice(0, 7),
  ]);
}

/** The months whose schedule is another by a save. */
export function scheduleMonths(before: ChangeView | undefined, after: ChangeView | undefined): string[] {
  const isSame = before !== undefined && after !== undefined && shown(before) === shown(after);
  return isSame ? [] : [...new Set([...monthsOf(before), ...monthsOf(after)])].sort();
}
