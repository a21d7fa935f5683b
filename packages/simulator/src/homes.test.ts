import { describe, expect, it } from 'vitest';
import { type DeviceKind, makeNetwork, type Network, Registry } from './homes.ts';
import { mpanOf, mprnOf } from './metering-points.ts';
import { USERS } from './parties.ts';
import { Random } from './random.ts';
import { NOW } from './testing/world.ts';

const network = (seed: string, homes = 300): Network =>
  makeNetwork({ random: new Random(seed), homes, users: USERS, asOf: NOW });

describe('homes', () => {
  const made = network('homes');
  const devices = made.homes.flatMap((home) => home.devices);

  it('are the same for a seed, and others for another', () => {
    expect(network('homes')).toEqual(made);
    expect(network('other')).not.toEqual(made);
  });

  it('begin alike however many there are', () => {
    expect(network('homes', 20).homes).toEqual(made.homes.slice(0, 20));
  });

  it('have devices of every kind, each EUI once', () => {
    const kinds: DeviceKind[] = ['ESME', 'GSME', 'CHF', 'GPF', 'HCALCS', 'PPMID', 'IHD', 'CAD'];
    expect(new Set(devices.map(({ kind }) => kind))).toEqual(new Set(kinds));
    expect(new Set(devices.map(({ device }) => device)).size).toBe(devices.length);
  });

  it('are named by their communications hub', () => {
    for (const { id, devices: own } of made.homes) {
      expect(own.filter(({ kind }) => kind === 'CHF').map(({ device }) => device)).toEqual([id]);
    }
  });

  it('have a meter for each fuel that they have a metering point of, with valid check digits', () => {
    const fuels = new Set<string>();
    for (const { importMpan, exportMpan, mprn, devices: own } of made.homes) {
      const kinds = own.map(({ kind }) => kind);
      expect(kinds.includes('ESME')).toBe(importMpan !== undefined);
      expect(kinds.includes('GSME')).toBe(mprn !== undefined);
      fuels.add(`${importMpan !== undefined} ${mprn !== undefined}`);
      for (const mpan of [importMpan, exportMpan]) if (mpan !== undefined) expect(mpanOf(mpan.slice(0, 12))).toBe(mpan);
      if (mprn !== undefined) expect(mprnOf(mprn.slice(0, 8))).toBe(mprn);
    }
    expect(fuels).toEqual(new Set(['true true', 'true false', 'false true']));
  });

  it('are registered with one User a role at any instant, without gaps', () => {
    const registry = new Registry(made.registrations);
    const instants = [-300, -30, 0, 15, 60].map((days) => new Date(NOW.getTime() + days * 86_400_000));
    for (const { importMpan, exportMpan, mprn } of made.homes) {
      for (const instant of instants) {
        if (importMpan !== undefined) expect(registry.at(importMpan, 'IS', instant)).toBeDefined();
        if (importMpan !== undefined) expect(registry.at(importMpan, 'ED', instant)).toBeDefined();
        if (exportMpan !== undefined) expect(registry.at(exportMpan, 'ES', instant)).toBeDefined();
        if (mprn !== undefined) expect(registry.at(mprn, 'GS', instant)).toBeDefined();
        if (mprn !== undefined) expect(registry.at(mprn, 'GT', instant)).toBeDefined();
      }
    }
    const spans = Map.groupBy(made.registrations, ({ mpxn, role }) => `${mpxn} ${role}`);
    for (const [first, second, third] of spans.values()) {
      expect(third).toBeUndefined();
      if (second !== undefined) expect(first?.to).toEqual(second.from);
    }
  });

  it('have changes of supplier behind them and before them', () => {
    const changes = made.registrations.flatMap(({ to }) => to ?? []);
    expect(changes.some((change) => change < NOW)).toBe(true);
    expect(changes.some((change) => change > NOW)).toBe(true);
  });
});
