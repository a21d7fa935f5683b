import type { TimelineEntry } from '@penstock/api/schemas';
import { idOf } from './timeline-rows.ts';

/** The way to an entry that is on the page. */
export function showEntry(entry: TimelineEntry): void {
  const element = document.getElementById(idOf(entry));
  element?.focus({ preventScroll: true });
  element?.scrollIntoView({ block: 'center' });
}
