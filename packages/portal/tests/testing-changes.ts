import type { changeContentSchema } from '@penstock/api';
import { TestBrowser, type TestPerson } from '@penstock/platform/testing/people';
import type { z } from 'zod';
import { alpha, beta, type TestPortal } from './testing-portal.ts';

// Changes of alpha, beta and the Operator, made as their people make them, for the tests of the pages and their pictures.

type Content = z.input<typeof changeContentSchema>;

/** A day from today on, in London, as far as a test has to be exact. */
export const dayFromNow = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

const window = (day: number, from: string, hours: number) => {
  const begins = Date.parse(`${dayFromNow(day)}T${from}:00Z`);
  return {
    from: new Date(begins).toISOString().slice(0, 16),
    to: new Date(begins + hours * 3_600_000).toISOString().slice(0, 16),
  };
};

/** Somebody who makes changes by the API, for one User or the Operator. */
export class Announcer {
  readonly #browser: TestBrowser;
  readonly #acting: string;
  private constructor(browser: TestBrowser, acting: string) {
    this.#browser = browser;
    this.#acting = acting;
  }

  static async of({ address }: TestPortal, person: TestPerson, acting: string): Promise<Announcer> {
    const browser = new TestBrowser(address);
    await browser.signIn(person);
    return new Announcer(browser, acting);
  }

  async call(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
    const headers = { 'penstock-acting': this.#acting };
    const { status, json, text } = await this.#browser.call(method, `/api/v1/changes${path}`, body, headers);
    if (status !== 200) throw new Error(`${method} ${path}: ${status} ${text}`);
    return json;
  }

  /** Makes one and brings it through these states; returns its id. */
  async make(content: Content, ...states: readonly string[]): Promise<string> {
    let { change } = (await this.call('POST', '', { content })) as { change: { change: string; version: number } };
    for (const to of states) {
      const moved = await this.call('POST', `/${change.change}/move`, { version: change.version, to });
      change = moved.change as typeof change;
    }
    return change.change;
  }
}

export interface MadeChanges {
  readonly alphas: Announcer;
  readonly operators: Announcer;
  /** Of alpha, shared with the Operator only; it clashes with everything below. */
  readonly firewall: string;
  /** Of the Operator, shared with everybody. */
  readonly maintenance: string;
  /** Of beta, of which others see an outline. */
  readonly outline: string;
  /** Of alpha. */
  readonly draft: string;
  readonly freeze: string;
}

const backOut = 'The configuration of before is loaded again; it takes ten minutes.';

export async function addChanges(portal: TestPortal): Promise<MadeChanges> {
  const announcer = async (name: string, acting: string, role: 'analyst' | 'change_manager') =>
    Announcer.of(portal, await portal.addPerson(name, { [acting]: role }), acting);
  const alphas = await announcer('announcer-a', alpha, 'analyst');
  const betas = await announcer('announcer-b', beta, 'analyst');
  const operators = await announcer('announcer-o', 'operator', 'change_manager');
  await operators.call('POST', '/calendar', {
    kind: 'maintenance',
    name: 'Nightly window',
    services: ['DUIS gateway', 'Signed files'],
    windows: [{ ...window(0, '22:00', 6), repeat: { every: 'day', until: dayFromNow(60) } }],
  });
  const { event } = await operators.call('POST', '/calendar', {
    kind: 'freeze',
    name: 'Year-end freeze',
    services: [],
    windows: [window(9, '12:00', 36)],
  });
  await operators.call('POST', '/calendar', {
    kind: 'rehearsal',
    name: 'Second data centre',
    services: ['DUIS gateway'],
    windows: [window(4, '09:00', 6)],
  });
  const maintenance = await operators.make(
    {
      title: 'Database of the gateway moves to new hosts',
      description: 'The gateway is moved over in two halves. Messages wait for some minutes in each.',
      statement: {
        kind: 'planned_maintenance',
        activity: 'Each half of the gateway is stopped, moved and started.',
        disrupted: 'Sending of Service Requests, for up to ten minutes in each half.',
        riskToReturn: 'Low: the old hosts stay ready for 48 hours.',
      },
      sharing: 'everybody',
      size: 'large',
      affected: { services: ['DUIS gateway'], srvs: ['4.1.1', '6.2.1'] },
      windows: [window(3, '22:00', 5), window(10, '22:00', 5)],
      risk: { likelihood: 'low', impact: 'high' },
      backOut,
      contacts: [{ name: 'Change manager', email: 'change@operator.example', telephone: '+44 20 7946 0000' }],
    },
    'assessed',
    'scheduled',
  );
  await operators.make(
    {
      title: 'Release 26.12 of the gateway',
      statement: {
        kind: 'release',
        decisionOn: dayFromNow(6),
        implementationOn: dayFromNow(12),
        fallBackOn: dayFromNow(19),
        changes: [maintenance],
      },
      sharing: 'everybody',
      affected: { services: ['DUIS gateway', 'Self-Service Interface'] },
      windows: [window(12, '20:00', 4)],
      backOut,
    },
    'assessed',
    'scheduled',
  );
  const outline = await betas.make(
    {
      title: 'Meter data management goes live',
      statement: { kind: 'system_go_live', system: 'Meter data management' },
      sharing: 'outline',
      size: 'large',
      affected: { services: ['DUIS gateway'], regions: ['North West'] },
      windows: [window(3, '18:00', 8)],
      backOut,
    },
    'shared',
  );
  await betas.make(
    {
      title: 'Rollout of ESME firmware 2.4',
      statement: { kind: 'firmware', version: '2.4', devices: 120_000, devicesADay: 4_000 },
      sharing: 'everybody',
      affected: { deviceModels: ['Maker ESME-4'], srvs: ['11.1'] },
      windows: [{ ...window(1, '20:00', 4), repeat: { every: 'day', until: dayFromNow(8) } }],
      backOut,
    },
    'shared',
    'scheduled',
  );
  await betas.make(
    {
      title: 'Certificates are renewed',
      statement: { kind: 'process' },
      affected: { services: ['Signed files'] },
      windows: [window(5, '10:00', 2)],
      backOut,
    },
    'shared',
  );
  const firewall = await alphas.make(
    {
      title: 'New firewall rules in both sites',
      description: 'The rules towards the gateway are written anew. Our route may be closed for some minutes.',
      statement: { kind: 'firewall_network', what: 'Both firewalls, one after the other.' },
      affected: { services: ['DUIS gateway', 'Signed files'], interfaces: ['Gateway interface'] },
      traffic: [{ srv: '4.1.1', perHour: 2_000 }],
      windows: [window(3, '21:00', 3), window(5, '10:30', 1), window(10, '08:00', 2)],
      risk: { likelihood: 'medium', impact: 'high', words: 'Our messages wait while a route is closed.' },
      backOut,
      contacts: [{ name: 'Ann Example', email: 'network@supplier.example' }],
    },
    'shared',
    'scheduled',
  );
  const draft = await alphas.make({
    title: 'Billing platform moves',
    statement: { kind: 'system_go_live', system: 'Billing' },
    affected: { services: ['DUIS gateway'] },
    windows: [{ ...window(14, '19:00', 3), repeat: { every: 'week', until: dayFromNow(50) } }],
  });
  await alphas.call('POST', '', {
    isTemplate: true,
    content: {
      title: 'Monthly patching',
      statement: { kind: 'process', what: 'Patches of the month.' },
      affected: { services: ['DUIS gateway'] },
      windows: [],
      backOut,
    },
  });
  await operators.call('GET', `/${firewall}`);
  return { alphas, operators, firewall, maintenance, outline, draft, freeze: String(event) };
}
