// How services stand, from what is published and what is planned. Pure.
import type { ServiceState, StatusEntry } from '@penstock/api';

const worse: readonly ServiceState[] = ['well', 'maintenance', 'degraded', 'outage'];

/** The worst of what is current of a service; a note is nothing bad. */
export function stateOfService(
  name: string,
  {
    current,
    maintenance,
  }: {
    readonly current: readonly { readonly impact: StatusEntry['impact']; readonly services: readonly string[] }[];
    readonly maintenance: readonly { readonly isUnderWay: boolean; readonly services: readonly string[] }[];
  },
): ServiceState {
  const states: ServiceState[] = ['well'];
  for (const { impact, services } of current) {
    if (impact !== 'information' && services.includes(name)) states.push(impact);
  }
  if (maintenance.some(({ services, isUnderWay }) => isUnderWay && services.includes(name))) states.push('maintenance');
  return states.reduce((worst, state) => (worse.indexOf(state) > worse.indexOf(worst) ? state : worst));
}
