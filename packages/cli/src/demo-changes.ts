import type { ChangeState, calendarContentSchema, changeContentSchema } from '@penstock/api';
import type { z } from 'zod';

// What is planned in the demonstration, from the day on which it is first started: something for each page of changes, with
// one clash between the Operator and a User, one between two Users, and findings that a year's end brings. Pure.

export type Content = z.input<typeof changeContentSchema>;

export interface PlannedChange {
  readonly userId: string;
  readonly content: Content;
  readonly isTemplate?: true;
  /** Where it is brought, one state after the other. */
  readonly moves: readonly ChangeState[];
  /** The planned ones that a release is made of, by their titles. */
  readonly madeOf?: readonly string[];
}

export interface Planned {
  readonly calendar: readonly z.input<typeof calendarContentSchema>[];
  readonly changes: readonly PlannedChange[];
}

const DAY = 86_400_000;
const textOf = (instant: number) => new Date(instant).toISOString().slice(0, 10);
const after = (day: string, days: number) => textOf(Date.parse(day) + days * DAY);
/** The first of the month that comes so many months after a day's. */
const monthAfter = (day: string, months: number) =>
  textOf(Date.UTC(Number(day.slice(0, 4)), Number(day.slice(5, 7)) - 1 + months));
const TUESDAY = 2;
const SATURDAY = 6;
/** The nth such weekday from a day on, the day itself counted. */
const weekday = (day: string, which: number, nth: number) =>
  after(day, ((which - new Date(day).getUTCDay() + 7) % 7) + (nth - 1) * 7);
/** From a time of one day to a time of the same, or of the next where that is earlier. */
const window = (day: string, from: string, to: string) => ({
  from: `${day}T${from}`,
  to: `${to > from ? day : after(day, 1)}T${to}`,
});
const user = (tail: string) => `90-B3-D5-1F-30-${tail}-00-00`;
const [LARGE, OTHER, SMALL, NETWORK] = [user('01'), user('02'), user('03'), user('07')];
const shared = ['shared', 'scheduled'] as const;
const MODEL = 'AB01 010A030B';

function operatorChanges(today: string, operatorId: string): PlannedChange[] {
  const [next, later] = [monthAfter(today, 1), monthAfter(today, 2)];
  const of = { userId: operatorId };
  const everybody = { sharing: 'everybody' } as const;
  const contact = { name: 'Service desk of the Operator', email: 'service-desk@operator.example' };
  const maintenance = {
    kind: 'planned_maintenance',
    activity: 'Each node of the DUIS gateway is updated and started again, one after the other.',
    disrupted: 'Requests of up to a minute are answered with 503 and may be sent again.',
    riskToReturn: 'Low: the nodes that are not updated yet carry on.',
  } as const;
  return [
    {
      ...of,
      moves: ['assessed', 'scheduled'],
      content: {
        ...everybody,
        title: 'Certificates of the network interface are renewed',
        statement: {
          kind: 'planned_maintenance',
          activity: 'The certificates between the platform and the networks are replaced.',
          disrupted: 'Nothing is delivered to devices for up to twenty minutes of it; requests are accepted and wait.',
          riskToReturn: 'Medium: a network that does not know the new certificates is brought back to the old ones.',
        },
        affected: { services: ['Network interface'], regions: ['North', 'Central', 'South'] },
        windows: [window(weekday(next, TUESDAY, 2), '22:00', '02:00')],
        risk: { likelihood: 'low', impact: 'high' },
        backOut: 'The old certificates stay valid for a week and are put back.',
        contacts: [contact],
      },
    },
    {
      ...of,
      moves: ['assessed', 'scheduled'],
      content: {
        ...everybody,
        title: 'Monthly updates of the gateway',
        size: 'small',
        statement: maintenance,
        affected: { services: ['DUIS gateway'] },
        windows: [
          {
            ...window(weekday(later, TUESDAY, 1), '21:00', '00:30'),
            repeat: { every: 'week', interval: 4, until: after(later, 120) },
          },
        ],
        backOut: 'The version before is on each node and is started again.',
        contacts: [contact],
      },
    },
    {
      ...of,
      moves: ['assessed'],
      content: {
        ...everybody,
        title: 'Registration data come every hour',
        statement: {
          kind: 'internal_system',
          isMaterialRisk: true,
          impactAssessment: {
            words: 'Registration Data Providers send smaller files more often; Users see a new supplier sooner.',
            doneOn: after(today, -6),
          },
          consultation: { opensOn: after(today, -5), closesOn: after(today, 16), words: 'Is an hour often enough?' },
        },
        affected: { services: ['Registration data'], interfaces: ['Registration data files'] },
        windows: [window(weekday(later, SATURDAY, 3), '20:00', '23:00')],
        contacts: [contact],
      },
    },
    {
      ...of,
      moves: ['assessed', 'consulted', 'scheduled'],
      madeOf: ['Monthly updates of the gateway', 'Registration data come every hour'],
      content: {
        ...everybody,
        title: 'Release of spring',
        size: 'large',
        statement: {
          kind: 'release',
          isMaterialRisk: true,
          decisionOn: after(later, 10),
          implementationOn: weekday(monthAfter(today, 3), TUESDAY, 3),
          fallBackOn: weekday(monthAfter(today, 4), TUESDAY, 1),
        },
        affected: { services: ['DUIS gateway', 'Self-Service Interface'] },
        windows: [window(weekday(monthAfter(today, 3), TUESDAY, 3), '20:00', '04:00')],
        risk: { likelihood: 'medium', impact: 'high', words: 'More than one part changes on one night.' },
        backOut: 'All parts go back to the versions before; the date of fall-back is used instead.',
        contacts: [contact],
      },
    },
    {
      ...of,
      moves: ['in_progress', 'done'],
      content: {
        ...everybody,
        title: 'A node of the gateway is replaced',
        size: 'small',
        statement: {
          kind: 'emergency',
          why: 'Its disk reports errors, and the other nodes would not carry a busy evening.',
        },
        affected: { services: ['DUIS gateway'] },
        windows: [window(after(today, -3), '13:00', '15:00')],
        backOut: 'The node that is replaced is kept until the new one has carried a day.',
        contacts: [contact],
      },
    },
    {
      ...of,
      isTemplate: true,
      moves: [],
      content: {
        ...everybody,
        title: 'Template: updates of the gateway',
        statement: maintenance,
        affected: { services: ['DUIS gateway'] },
        windows: [],
      },
    },
  ];
}

function userChanges(today: string): PlannedChange[] {
  const next = monthAfter(today, 1);
  const second = weekday(next, TUESDAY, 2);
  const firewall = { kind: 'firewall_network', what: 'Rules between our data centre and the gateway.' } as const;
  return [
    {
      userId: LARGE,
      moves: shared,
      content: {
        title: 'New firewall rules for the gateway',
        sharing: 'outline',
        statement: firewall,
        affected: { services: ['DUIS gateway'], interfaces: ['Receive Response'] },
        // at the time of the Operator's maintenance of what the gateway needs
        windows: [window(second, '22:00', '01:00')],
        risk: {
          likelihood: 'medium',
          impact: 'high',
          words: 'Responses and alerts cannot reach us while it is wrong.',
        },
        backOut: 'The rules before are loaded again, which takes five minutes.',
        contacts: [{ name: 'Network desk', telephone: '+44 1632 960201' }],
      },
    },
    {
      userId: LARGE,
      moves: shared,
      content: {
        title: 'Firmware of electricity meters',
        sharing: 'everybody',
        size: 'large',
        statement: { kind: 'firmware', version: '00020130', devices: 180_000, devicesADay: 9_000 },
        affected: { services: ['DUIS gateway'], srvs: ['11.1', '11.3'], deviceModels: [MODEL] },
        windows: [
          {
            ...window(after(today, 9), '20:00', '23:00'),
            repeat: { every: 'day', until: after(today, 37), except: [] },
          },
        ],
        backOut: 'Meters keep the firmware before until the new one is activated.',
        traffic: [{ srv: '11.3', perHour: 3_000 }],
      },
    },
    {
      userId: OTHER,
      moves: shared,
      content: {
        title: 'Firmware of our electricity meters, first wave',
        sharing: 'outline',
        statement: { kind: 'firmware', version: '00020130', devices: 12_000, devicesADay: 4_000 },
        // the same meters on the same evenings as another supplier's
        affected: { services: ['DUIS gateway'], srvs: ['11.1', '11.3'], deviceModels: [MODEL] },
        windows: [14, 15, 16].map((days) => window(after(today, days), '21:00', '23:30')),
        backOut: 'The wave stops; meters keep the firmware before until the new one is activated.',
      },
    },
    {
      userId: LARGE,
      moves: [...shared, 'in_progress', 'done'],
      content: {
        title: 'A second line to the gateway',
        statement: firewall,
        affected: { services: ['DUIS gateway'] },
        windows: [window(after(today, -12), '22:00', '23:30')],
        backOut: 'The line is unplugged.',
      },
    },
    {
      userId: LARGE,
      moves: [],
      content: {
        title: 'Readings are asked for at night',
        description: 'Daily readings move from the morning to the hours after two.',
        statement: { kind: 'process', what: 'When daily readings are asked for.' },
        affected: { services: ['DUIS gateway'], srvs: ['4.8.1'] },
        windows: [window(after(today, 20), '02:00', '05:00')],
        traffic: [{ srv: '4.8.1', perHour: 30_000 }],
      },
    },
    {
      userId: LARGE,
      isTemplate: true,
      moves: [],
      content: {
        title: 'Template: a firewall change',
        sharing: 'outline',
        statement: firewall,
        affected: { services: ['DUIS gateway'], interfaces: ['Receive Response'] },
        windows: [],
        backOut: 'The rules before are loaded again.',
      },
    },
    {
      userId: SMALL,
      moves: ['shared'],
      content: {
        title: 'A new system for prepayment',
        sharing: 'everybody',
        statement: { kind: 'system_go_live', system: 'Prepayment', what: 'Top-ups and balances.' },
        affected: { services: ['DUIS gateway'], srvs: ['2.2'] },
        windows: [window(after(next, 12), '06:00', '12:00')],
      },
    },
    {
      userId: NETWORK,
      moves: [...shared, 'in_progress'],
      content: {
        title: 'A new system for outages',
        sharing: 'outline',
        size: 'small',
        statement: { kind: 'system_go_live', system: 'Outages', what: 'Alerts of lost supply are handled by it.' },
        affected: { services: ['Self-Service Interface'], regions: ['East'] },
        windows: [window(today, '06:00', '23:59')],
        backOut: 'The system before takes the alerts again.',
      },
    },
  ];
}

/** @param today in London, '2026-11-22' */
export function plannedFrom(today: string, operatorId: string): Planned {
  const next = monthAfter(today, 1);
  const year = today.slice(0, 4);
  const first = weekday(today, TUESDAY, 1);
  const nights = { repeat: { every: 'week', until: after(today, 365) } } as const;
  return {
    calendar: [
      {
        kind: 'freeze',
        name: "Freeze at the year's end",
        windows: [{ from: `${year}-12-18T18:00`, to: `${Number(year) + 1}-01-04T08:00` }],
      },
      {
        kind: 'maintenance',
        name: 'Nights of maintenance',
        windows: [first, after(first, 2)].map((day) => ({ ...window(day, '20:00', '06:00'), ...nights })),
      },
      {
        kind: 'rehearsal',
        name: 'The gateway runs in the second data centre',
        services: ['DUIS gateway', 'Network interface'],
        windows: [window(weekday(next, SATURDAY, 3), '08:00', '18:00')],
      },
    ],
    changes: [...operatorChanges(today, operatorId), ...userChanges(today)],
  };
}
