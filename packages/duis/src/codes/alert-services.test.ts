import { expect, test } from 'vitest';
import { catalogue } from '../catalogue/catalogue.ts';
import { servicesOfAlert } from './alert-services.ts';
import { deviceAlertCodes } from './device-alerts.ts';

test('an alert whose title tells of a service names it, and only services that there are', () => {
  expect(servicesOfAlert('8F52')).toEqual(['3.3']);
  expect(servicesOfAlert('8f0c')).toEqual(['6.11']);
  expect(servicesOfAlert('802A')).toEqual(['6.5']);
  expect(servicesOfAlert('8F3D')).toBe('any');
  // of the device's surroundings, of nobody's command
  for (const code of ['8F3F', '8F1F', 'AD1', '', '8F99']) expect(servicesOfAlert(code)).toBeUndefined();
  const named = [...deviceAlertCodes.keys()].flatMap((code) => {
    const found = servicesOfAlert(code);
    return found === undefined || found === 'any' ? [] : found;
  });
  expect(new Set(named).size).toBeGreaterThan(30);
  expect(named.filter((srv) => !catalogue.has(srv))).toEqual([]);
});
