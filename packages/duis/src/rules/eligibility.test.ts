import { describe, expect, it } from 'vitest';
import { catalogue, userRoles } from '../catalogue/catalogue.ts';
import { deviceStatusAllows, deviceStatuses, roleMay } from './eligibility.ts';

describe('roleMay', () => {
  it('asks the role and the Command Variant', () => {
    expect(roleMay('7.1', 'IS', 4)).toBe(true);
    expect(roleMay('7.1', 'IS', 5)).toBe(true);
    expect(roleMay('7.1', 'IS', 1)).toBe(false);
    expect(roleMay('7.1', 'GS', 4)).toBe(false);
    expect(roleMay('9.1', 'OU', 1)).toBe(true);
    expect(roleMay('0.0', 'IS', 1)).toBe(false);
  });

  it('lets nobody send what the public matrix gives to no role', () => {
    const closed = [...catalogue.values()].filter((variant) =>
      userRoles.every((role) => variant.commandVariants.every((each) => !roleMay(variant.srv, role, each))),
    );
    expect(closed.map((variant) => variant.srv)).toEqual(['7.16', '8.5', '8.6']);
  });

  it('lets no role send Command Variant 9', () => {
    for (const srv of catalogue.keys()) expect(userRoles.some((role) => roleMay(srv, role, 9))).toBe(false);
  });
});

describe('deviceStatusAllows', () => {
  it('lets all go to a device in use and nothing to one that left', () => {
    for (const variant of catalogue.values()) {
      expect(deviceStatusAllows(variant.srv, 'Commissioned')).toBe(true);
      expect(deviceStatusAllows(variant.srv, 'Withdrawn')).toBe(variant.nonDevice);
      expect(deviceStatusAllows(variant.srv, 'Decommissioned')).toBe(variant.nonDevice);
    }
  });

  it('lets a device be installed, mended and restored', () => {
    expect(deviceStatusAllows('8.1.1', 'Whitelisted')).toBe(true);
    expect(deviceStatusAllows('1.1.1', 'Whitelisted')).toBe(false);
    expect(deviceStatusAllows('11.3', 'Suspended')).toBe(true);
    expect(deviceStatusAllows('7.2', 'Suspended')).toBe(false);
    expect(deviceStatusAllows('6.23', 'Recovery')).toBe(true);
    expect(deviceStatusAllows('0.0', 'Commissioned')).toBe(false);
  });

  it('names only variants of the catalogue: each status allows at least what its list has', () => {
    const count = (status: (typeof deviceStatuses)[number]) =>
      [...catalogue.values()].filter((variant) => !variant.nonDevice && deviceStatusAllows(variant.srv, status)).length;
    expect(deviceStatuses.map(count)).toEqual([0, 18, 113, 113, 0, 0, 4, 10, 113]);
  });
});
