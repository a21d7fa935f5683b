import { type DuisRequest, formatRequestId, readMessage } from '@penstock/duis';
import { describe, expect, it, vi } from 'vitest';
import { type Credential, openPki } from './pki.ts';
import { ReceiveService } from './receive-service.ts';
import { Simulation, type SimulationOptions, subjectsOf, type World } from './simulation.ts';
import { push, StubGateway } from './testing/stub-gateway.ts';
import { NOW, testWorld, withFolder } from './testing/world.ts';

const WAIT = { timeout: 90_000, interval: 20 };
const asked = (bytes: Uint8Array): DuisRequest => {
  const message = readMessage(bytes);
  if (message.type !== 'request') throw new Error('not a request');
  return message;
};

/** A simulation against the stub; port 0 lets each receive service take any. */
async function running(
  options: Partial<SimulationOptions>,
  use: (parts: { world: World; gateway: StubGateway; simulation: Simulation }) => Promise<void>,
): Promise<void> {
  await withFolder(async (folder) => {
    const prepared = await testWorld(folder);
    const world = { ...prepared, receivePorts: new Map([...prepared.receivePorts.keys()].map((user) => [user, 0])) };
    const gateway = new StubGateway(world);
    const address = await gateway.start();
    const simulation = new Simulation({
      world,
      gateway: address,
      requestsPerSecond: 200,
      alertsPerSecond: 0,
      errorShare: 0,
      delayScale: 0.001,
      now: () => NOW,
      ...options,
    });
    try {
      await simulation.start();
      await use({ world, gateway, simulation });
    } finally {
      await simulation.stop();
      await gateway.stop();
    }
  });
}

describe('the simulation', () => {
  it('sends the day of all Users, takes it as the network and answers it', async () => {
    await running({}, async ({ gateway, simulation, world }) => {
      await vi.waitFor(() => expect(gateway.delivered.length).toBeGreaterThan(150), WAIT);
      const originators = new Set([...gateway.accepted.values()].map(({ bytes }) => asked(bytes).requestId.originator));
      expect(originators.size).toBeGreaterThan(world.users.length / 2);
      for (const { header, body } of gateway.delivered) {
        const message = readMessage(body);
        if (message.type !== 'response' || message.requestId === undefined) throw new Error('not a response');
        expect(header.user).toBe(message.requestId.originator);
        expect(gateway.accepted.has(formatRequestId(message.requestId))).toBe(true);
      }
      const { network, users } = simulation.state();
      expect(network.delivered.recorded).toBeGreaterThan(0);
      expect(users.reduce((sum, { answers }) => sum + (answers.I99 ?? 0), 0)).toBeGreaterThan(0);
    });
  });

  it('sends what was not answered again with the same bytes', async () => {
    await running({ requestsPerSecond: 20 }, async ({ gateway }) => {
      gateway.mishaps.push('unavailable', 'cut-off', 'unavailable', 'cut-off', 'cut-off');
      await vi.waitFor(() => {
        const met = gateway.calls.slice(0, 5);
        const accepted = new Set([...gateway.accepted.values()].map(({ bytes }) => bytes.toString('base64')));
        expect(met).toHaveLength(5);
        for (const { bytes } of met) expect(accepted).toContain(bytes.toString('base64'));
      }, WAIT);
    });
  });

  it('answers a message once, however often it is handed out', async () => {
    await running({ requestsPerSecond: 0 }, async ({ gateway, simulation }) => {
      gateway.handOut = 4;
      await simulation.startIncident('flood', { srv: '4.1.1', perSecond: 20 });
      await vi.waitFor(() => expect(simulation.state().network.repeated).toBeGreaterThan(0), WAIT);
      await simulation.stopIncident('flood');
      await vi.waitFor(() => {
        const { network, users } = simulation.state();
        expect(users[0]?.waiting).toBe(0);
        expect([network.waiting, network.taken]).toEqual([0, gateway.accepted.size]);
      }, WAIT);
      expect(gateway.delivered).toHaveLength(gateway.accepted.size);
    });
  });

  it('turns a pre-command into a signed pre-command with its payload', async () => {
    await running({ requestsPerSecond: 0 }, async ({ gateway, simulation, world }) => {
      await simulation.startIncident('flood', { srv: '6.11', perSecond: 5 });
      const preCommand = await vi.waitFor(() => {
        const found = gateway.delivered.find(({ body }) => Buffer.from(body).includes('PreCommand>'));
        expect(found).toBeDefined();
        return found;
      }, WAIT);
      await simulation.stopIncident('flood');
      const body = preCommand?.body ?? Buffer.alloc(0);
      const message = readMessage(body);
      const payload = message.body.child('PreCommand')?.child('GBCSPayload')?.text();
      const [first] = world.users;
      const port = simulation.receivePort(first?.userId ?? '') ?? 0;
      const { gateway: credential, authority } = world.pki;
      expect(await push(port, credential, authority, '2026-11-22/1', body)).toBe(204);
      // The same position again is the same message: it is taken and not answered twice.
      expect(await push(port, credential, authority, '2026-11-22/1', body)).toBe(204);
      await vi.waitFor(() => {
        const signed = [...gateway.accepted.values()]
          .map(({ bytes }) => asked(bytes))
          .filter((each) => each.commandVariant === 5);
        expect(signed.map((each) => each.body.child('GBCSPayload')?.text())).toEqual([payload]);
        expect(signed[0]?.requestId.target).toBe(message.requestId?.target);
      }, WAIT);
      expect(simulation.state().users[0]?.received).toEqual({ response: 1 });
    });
  });

  it('pulls, counts a message once and says how far it took them', async () => {
    await running({ requestsPerSecond: 5 }, async ({ gateway, simulation, world }) => {
      const user = world.users.find(({ delivery }) => delivery === 'pull');
      gateway.offer(user?.userId ?? '', Buffer.from('<a/>'));
      gateway.offer(user?.userId ?? '', Buffer.from('<b/>'));
      const last = await vi.waitFor(() => {
        expect(gateway.acknowledged.length).toBeGreaterThan(3);
        return gateway.acknowledged.at(-1);
      }, WAIT);
      expect(last).toBe('2026-11-22/2');
      const pulling = simulation.state().users.filter(({ received }) => received.response !== undefined);
      for (const { received } of pulling) expect(received.response).toBe(2);
    });
  });

  it('lets a meter go wild and calm down', async () => {
    await running({ requestsPerSecond: 0 }, async ({ gateway, simulation, world }) => {
      const { about } = await simulation.startIncident('wild-meter', { perSecond: 500 });
      // of the first supplier, as whom a visitor signs in
      expect(about).toContain(`of ${world.users[0]?.party.name} sends 8F3F 500 times a second`);
      await vi.waitFor(() => expect(gateway.delivered.length).toBeGreaterThan(300), WAIT);
      const devices = gateway.delivered.map(({ body }) => {
        const message = readMessage(body);
        return message.type === 'response' ? message.responseId?.originator : undefined;
      });
      expect(new Set(devices).size).toBe(1);
      expect(gateway.delivered.some(({ header }) => header.user === world.users[0]?.userId)).toBe(true);
      await simulation.stopIncident('wild-meter');
      expect(simulation.state().incidents).toEqual([]);
    });
  });

  it('refuses an incident about a User or a service that there is none of', async () => {
    await running({ requestsPerSecond: 0 }, async ({ simulation }) => {
      await expect(simulation.startIncident('flood', { srv: '7.16' })).rejects.toThrow('cannot send 7.16');
      expect(simulation.state().incidents).toEqual([]);
    });
  });
});

describe('a receive service', () => {
  async function serving(
    use: (service: ReceiveService, send: () => Promise<number>, taken: string[]) => Promise<void>,
  ): Promise<void> {
    await withFolder(async (folder) => {
      const pki = await openPki(folder, subjectsOf([]), NOW);
      const [own] = pki.users.values();
      const credential: Credential = own?.transport ?? pki.gateway;
      const taken: string[] = [];
      const take = ({ position }: { position: string }): void => void taken.push(position);
      const service = new ReceiveService({ credential, authority: pki.authority, port: 0, take });
      await service.start();
      const send = () => push(service.port, pki.gateway, pki.authority, '2026-11-22/7', Buffer.from('<a/>'));
      await use(service, send, taken);
      await service.stop();
    });
  }

  it('takes a position once', async () => {
    await serving(async (_service, send, taken) => {
      expect([await send(), await send()]).toEqual([204, 204]);
      expect(taken).toEqual(['2026-11-22/7']);
    });
  });

  it('refuses connections while it is told to, and takes on the same port afterwards', async () => {
    await serving(async (service, send, taken) => {
      await service.setMode('refusing');
      await expect(send()).rejects.toThrow('ECONNREFUSED');
      await service.setMode('taking');
      expect(await send()).toBe(204);
      expect(taken).toHaveLength(1);
    });
  });

  it('never answers while it is silent, and drops those calls when it takes again', async () => {
    await serving(async (service, send, taken) => {
      await service.setMode('silent');
      const hanging = expect(send()).rejects.toThrow();
      await vi.waitFor(() => expect(service.hanging).toBe(1), WAIT);
      await service.setMode('taking');
      await hanging;
      expect(taken).toEqual([]);
    });
  });
});
