import { changeContentSchema, changeWindowSchema } from '@penstock/api/schemas';
import { expect, test } from 'vitest';
import { emptyForm, formOf, readChangeForm } from './form.ts';
import { emptyWindow, readWindow, timesShown, windowFormOf } from './window-form.ts';

const window = (rest: Partial<ReturnType<typeof emptyWindow>>) => ({ ...emptyWindow(), ...rest });
const faultsOf = (rest: Partial<ReturnType<typeof emptyWindow>>) =>
  Object.entries(readWindow(window(rest), 'windows.0').faults).filter(([, fault]) => fault !== undefined);

test('the hour that the clocks leave out and the one that comes twice are told before anything is sent', () => {
  expect(['2026-12-10T01:30', '2027-03-28T01:30', '2026-10-25T01:30', ''].map(timesShown)).toEqual([1, 0, 2, 1]);
  expect(faultsOf({ from: '2027-03-28T01:30', to: '2027-03-28T03:00' })).toEqual([
    ['windows.0.from', expect.stringContaining('leave out the hour from 01:00')],
  ]);
  const night = { from: '2026-10-25T00:00', to: '2026-10-25T01:30' };
  expect(faultsOf(night)).toEqual([['windows.0.to', expect.stringContaining('comes twice')]]);
  const second = readWindow(window({ ...night, toWhich: '+00:00' }), 'windows.0');
  expect(second.window).toEqual({ from: '2026-10-25T00:00', to: '2026-10-25T01:30+00:00' });
  expect(windowFormOf(second.window)).toMatchObject({ to: '2026-10-25T01:30', toWhich: '+00:00', fromWhich: '' });
  // of another offset the same instant, as London's clocks show it
  expect(windowFormOf({ from: '2026-07-01T22:00Z', to: '2026-07-02T03:00+02:00' })).toMatchObject({
    from: '2026-07-01T23:00',
    to: '2026-07-02T02:00',
  });
});

test('what is wrong with a window is said at its fields', () => {
  expect(faultsOf({}).map(([field]) => field)).toEqual(['windows.0.from', 'windows.0.to']);
  expect(faultsOf({ from: '2026-12-10T22:00', to: '2026-12-10T22:00' }).map(([field]) => field)).toEqual([
    'windows.0.to',
  ]);
  const times = { from: '2026-12-10T22:00', to: '2026-12-11T02:00', every: 'week' } as const;
  expect(faultsOf({ ...times, interval: '0', until: '2026-12-01', except: 'Monday' }).map(([field]) => field)).toEqual([
    'windows.0.interval',
    'windows.0.until',
    'windows.0.except',
  ]);
  const { window: read, faults } = readWindow(
    window({ ...times, interval: '2', until: '2027-01-31', except: '2026-12-24, 2027-01-07' }),
    'windows.0',
  );
  expect(Object.values(faults).every((fault) => fault === undefined)).toBe(true);
  expect(changeWindowSchema.parse(read)).toEqual(read);
});

test('a change comes back from its form as it was, whatever its kind', () => {
  const shared = {
    title: 'T',
    traffic: [{ srv: '4.1.1', perHour: 2_000 }],
    affected: { services: ['S'], srvs: ['4.1.1', '6.2'] },
    windows: [],
  };
  const done = { words: 'w', doneOn: '2026-12-01' };
  for (const statement of [
    { kind: 'planned_maintenance', activity: 'a', disrupted: 'd', isMaterialRisk: true, riskToReturn: 'r' },
    {
      kind: 'internal_system',
      impactAssessment: done,
      consultation: { opensOn: '2026-12-01', closesOn: '2026-12-05' },
      testing: done,
      securityAssessment: done,
    },
    { kind: 'release', decisionOn: '2026-12-01', changes: ['00000000-0000-4000-8000-000000000001'] },
    { kind: 'emergency', why: 'w' },
    { kind: 'firewall_network', what: 'w' },
    { kind: 'system_go_live', system: 's' },
    { kind: 'process' },
    { kind: 'device_model', devicesExpected: 12 },
    { kind: 'firmware', version: '2.4', devices: 100, devicesADay: 10 },
  ]) {
    const first = readChangeForm({ ...emptyForm('process'), ...formOfInput({ ...shared, statement }) });
    expect([statement.kind, first.content?.statement]).toMatchObject([statement.kind, statement]);
    const again = first.content === undefined ? undefined : readChangeForm(formOf(first.content)).content;
    expect(again).toEqual(first.content);
  }
});

function formOfInput(input: object) {
  return formOf(changeContentSchema.parse(input));
}

test('everything that is wrong is said at once', () => {
  const { content, faults } = readChangeForm({
    ...emptyForm('firmware'),
    statement: { ...emptyForm('firmware').statement, devices: 'many' },
    named: { ...emptyForm('firmware').named, srvs: 'reading' },
    windows: [emptyWindow()],
    likelihood: 'low',
    contacts: [{ key: 0, name: '', email: 'x', telephone: '' }],
  });
  expect(content).toBeUndefined();
  expect(Object.keys(faults).filter((field) => faults[field] !== undefined)).toEqual([
    'title',
    'devices',
    'srvs',
    'windows.0.from',
    'windows.0.to',
    'risk',
    'contacts.0.name',
    'contacts.0.email',
  ]);
});
