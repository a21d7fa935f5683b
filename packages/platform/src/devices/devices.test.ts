import { deviceStatusSchema } from '@penstock/api';
import { requireEui } from '@penstock/duis';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deviceKinds, deviceStatuses, registrationRoles } from './devices.ts';
import { deriveResponsibility, type HomeDevice, type Registration } from './responsibility.ts';

const eui = (last: number) => requireEui(`00-00-00-00-00-00-00-${last.toString(16).padStart(2, '0')}`);
const electric = eui(0xa1);
const gas = eui(0xa2);
const exporter = eui(0xa3);
const network = eui(0xa4);
const transporter = eui(0xa5);
const rival = eui(0xa6);

const device = (number: number, kind: HomeDevice['kind'], points: Partial<HomeDevice> = {}): HomeDevice => ({
  device: eui(number),
  kind,
  importMpan: undefined,
  exportMpan: undefined,
  mprn: undefined,
  placedAt: -Infinity,
  ...points,
});
const always = { validFrom: -Infinity, validTo: Infinity };
const MPAN = '1000000000001';
const EXPORT = '1000000000002';
const MPRN = '2000000001';

const home = [
  device(1, 'CHF'),
  device(2, 'ESME', { importMpan: MPAN, exportMpan: EXPORT }),
  device(3, 'GSME', { mprn: MPRN }),
  device(4, 'GPF'),
  device(5, 'HCALCS'),
  device(6, 'PPMID'),
  device(7, 'IHD'),
  device(8, 'CAD'),
];
const registrations: Registration[] = [
  { mpxn: MPAN, role: 'IS', userId: electric, ...always },
  { mpxn: MPAN, role: 'ED', userId: network, ...always },
  { mpxn: EXPORT, role: 'ES', userId: exporter, ...always },
  { mpxn: EXPORT, role: 'ED', userId: network, ...always },
  { mpxn: MPRN, role: 'GS', userId: gas, ...always },
  { mpxn: MPRN, role: 'GT', userId: transporter, ...always },
];

describe('deriveResponsibility', () => {
  test('each kind of device has the responsible roles of its kind, and no more', () => {
    const { responsibilities, contradictions } = deriveResponsibility(home, registrations);
    expect(contradictions).toEqual([]);
    const found = Object.fromEntries(
      home.map(({ device: one, kind }) => [
        kind,
        responsibilities
          .filter((row) => row.device === one)
          .map((row) => row.role)
          .sort()
          .join(' '),
      ]),
    );
    expect(found).toEqual({
      CHF: 'GS IS',
      ESME: 'ED ES IS',
      GSME: 'GS GT',
      GPF: 'GS GT',
      HCALCS: 'ED ES IS',
      PPMID: 'GS IS',
      IHD: 'GS IS',
      CAD: 'GS IS',
    });
  });

  test('the networks of a home are those of its devices that are no meters, apart from who is responsible', () => {
    const second = { ...(registrations[1] as Registration), userId: rival, mpxn: EXPORT };
    const { homeNetworks, contradictions } = deriveResponsibility(
      [
        device(1, 'CHF'),
        device(2, 'ESME', { importMpan: MPAN }),
        device(3, 'ESME', { importMpan: EXPORT }),
        device(5, 'HCALCS', { importMpan: MPAN }),
        device(4, 'GPF'),
        device(7, 'IHD'),
      ],
      [registrations[1] as Registration, second],
    );
    expect(contradictions).toEqual([]);
    expect(homeNetworks.map((row) => `${row.device} ${row.role} ${row.userId}`).sort()).toEqual(
      [eui(1), eui(7)].flatMap((one) => [`${one} ED ${network}`, `${one} ED ${rival}`]).sort(),
    );
  });

  test('a change of supplier is two spans that meet; the same supplier again is one', () => {
    const spans = (second: typeof rival) =>
      deriveResponsibility(home, [
        { mpxn: MPAN, role: 'IS', userId: electric, validFrom: 0, validTo: 100 },
        { mpxn: MPAN, role: 'IS', userId: second, validFrom: 100, validTo: Infinity },
      ])
        .responsibilities.filter((row) => row.device === eui(2))
        .map(({ userId, validFrom, validTo }) => [userId, validFrom, validTo]);
    expect(spans(rival)).toEqual([
      [electric, 0, 100],
      [rival, 100, Infinity],
    ]);
    expect(spans(electric)).toEqual([[electric, 0, Infinity]]);
  });

  test('two meters of one home with different suppliers contradict each other on what they share only', () => {
    const second = '1000000000009';
    const { contradictions } = deriveResponsibility(
      [...home, device(9, 'ESME', { importMpan: second })],
      [...registrations, { mpxn: second, role: 'IS', userId: rival, validFrom: 0, validTo: 10 }],
    );
    expect(contradictions.map((found) => found.device)).toEqual([1, 5, 6, 7, 8].map(eui));
  });

  test('at every instant it says what the registrations say, from when each device came (brute force)', () => {
    const time = fc.integer({ min: 0, max: 12 });
    const registration = fc
      .record({
        mpxn: fc.constantFrom(MPAN, EXPORT, MPRN),
        role: fc.constantFrom(...registrationRoles),
        userId: fc.constantFrom(electric, rival),
        start: time,
        length: fc.integer({ min: 1, max: 6 }),
      })
      .map(({ start, length, ...rest }): Registration => ({ ...rest, validFrom: start, validTo: start + length }));
    const place = fc.oneof(fc.constant(-Infinity), time);
    const placesOfAll = { minLength: home.length, maxLength: home.length };
    const covers = (span: { validFrom: number; validTo: number }, at: number) =>
      span.validFrom <= at && at < span.validTo;
    fc.assert(
      fc.property(fc.array(registration, { maxLength: 8 }), fc.array(place, placesOfAll), (drawn, places) => {
        const placed = home.map((one, index) => ({ ...one, placedAt: places[index] ?? -Infinity }));
        const since = (one: HomeDevice['kind']) => placed.find(({ kind }) => kind === one)?.placedAt ?? -Infinity;
        const { responsibilities, contradictions } = deriveResponsibility(placed, drawn);
        let clashes = false;
        for (const { device: one, kind } of home) {
          for (let at = 0; at < 20; at += 1) {
            const expected = new Set(
              drawn
                .filter((found) => applies(kind, found) && covers(found, at))
                // neither before the device came, nor before the meter of the point did
                .filter(({ mpxn }) => at >= since(kind) && at >= since(mpxn === MPRN ? 'GSME' : 'ESME'))
                .map((found) => `${found.role} ${found.userId}`),
            );
            const roles = [...expected].map((text) => text.split(' ')[0]);
            if (new Set(roles).size < roles.length) clashes = true;
            if (contradictions.length > 0) continue;
            const found = responsibilities
              .filter((row) => row.device === one && covers(row, at))
              .map((row) => `${row.role} ${row.userId}`);
            expect(new Set(found)).toEqual(expected);
            expect(found.length).toBe(expected.size);
          }
        }
        expect(contradictions.length > 0).toBe(clashes);
      }),
    );
    function applies(kind: HomeDevice['kind'], { mpxn, role }: Registration): boolean {
      const isElectric = kind === 'ESME' || kind === 'HCALCS';
      const isGas = kind === 'GSME' || kind === 'GPF';
      if (mpxn === MPAN) return isElectric ? ['IS', 'ED', 'RSA'].includes(role) : !isGas && role === 'IS';
      if (mpxn === EXPORT) return isElectric && ['ES', 'ED', 'RSA'].includes(role);
      return isGas ? ['GS', 'GT', 'RSA'].includes(role) : !isElectric && role === 'GS';
    }
  });
});

test('every kind of device is known to the rules', () => {
  expect(new Set(home.map(({ kind }) => kind))).toEqual(new Set(deviceKinds));
});

test('the API has the statuses that requests are judged by', () => {
  expect(deviceStatusSchema.options).toEqual(deviceStatuses);
});
