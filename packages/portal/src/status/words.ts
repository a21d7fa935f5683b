// The status page in words. Pure.
import type { ServiceState, StatusEntry, StatusImpact } from '@penstock/api/schemas';

export const impactWords: Readonly<Record<StatusImpact, string>> = {
  information: 'They work: this is for information',
  degraded: 'Degraded',
  outage: 'Outage',
};
export const serviceWords: Readonly<Record<ServiceState, string>> = {
  well: 'Works',
  maintenance: 'Maintenance',
  degraded: 'Degraded',
  outage: 'Outage',
};
/** Of the marks of portal.css. */
export const serviceMarks: Readonly<Record<ServiceState, 'well' | 'held' | 'waiting' | 'failing'>> = {
  well: 'well',
  maintenance: 'held',
  degraded: 'waiting',
  outage: 'failing',
};
export const entryWords: Readonly<Record<StatusEntry['state'], string>> = {
  open: 'Looked into',
  in_progress: 'Worked on',
  resolved: 'Resolved',
};

/** The head of the page. */
export function summaryOf(services: readonly { readonly state: ServiceState }[]): string {
  const bad = services.filter(({ state }) => state === 'outage' || state === 'degraded').length;
  if (bad > 0)
    return bad === 1 ? 'One service does not work as it should.' : `${bad} services do not work as they should.`;
  return services.some(({ state }) => state === 'maintenance') ? 'Maintenance is under way.' : 'All services work.';
}
