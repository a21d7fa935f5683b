// Conditions of a list as people write them in a form. Pure.
import { fromLocal, toLocal, type Zone } from './time.ts';

interface Period {
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** Two fields for date and time: the instants, or what is wrong with each. */
export function readPeriod(
  form: { readonly from: string; readonly to: string },
  zone: Zone,
): Period & { readonly faults: { from?: string; to?: string } } {
  const faults: { from?: string; to?: string } = {};
  const instant = (field: 'from' | 'to', name: string): string | undefined => {
    if (form[field] === '') return undefined;
    const found = fromLocal(form[field], zone);
    if (found === undefined) faults[field] = `Enter a date and a time for "${name}".`;
    return found;
  };
  const from = instant('from', 'From');
  const to = instant('to', 'Before');
  if (from !== undefined && to !== undefined && from >= to) faults.to = '"Before" must be later than "From".';
  return { from, to, faults };
}

/** An instant of an address in its field; '' where there is none, or none that means something. */
export function localOrNothing(instant: string | undefined, zone: Zone): string {
  return instant === undefined || Number.isNaN(Date.parse(instant)) ? '' : toLocal(instant, zone);
}

export function serviceFault(typed: string): string | undefined {
  const srv = typed.trim();
  if (srv === '' || /^\d{1,2}(\.\d{1,2}){1,2}$/.test(srv)) return undefined;
  return 'Enter a service as numbers with points, such as 4.1.1.';
}

export const orNothing = (typed: string): string | undefined => (typed.trim() === '' ? undefined : typed.trim());
