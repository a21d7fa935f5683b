import { createPublicKey } from 'node:crypto';
import {
  catalogue,
  type DuisRequest,
  type DuisResponse,
  readMessage,
  signMessage,
  verifySignature,
} from '@penstock/duis';
import { needsOfficialFiles, schemaComplaint } from '@penstock/duis/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Alert, AlertSource } from './alerts.ts';
import { Answers } from './answers.ts';
import { DueQueue } from './due-queue.ts';
import { OPERATOR_ID } from './parties.ts';
import { Random } from './random.ts';
import { signersOf } from './requests.ts';
import { alertText, responseText } from './responses.ts';
import type { World } from './simulation.ts';
import { NOW, testWorld, withFolder } from './testing/world.ts';
import { prepareTraffic } from './traffic.ts';

describe('answers', () => {
  let world: World;
  let requests: DuisRequest[];
  const answers = (errorShare = 0) =>
    new Answers({ network: world.network, random: new Random('answers'), errorShare, delayScale: 1 });
  const textsOf = (request: DuisRequest, from: Answers): string[] =>
    from.to(request).map(({ content }) => responseText({ ...request, responseDateTime: NOW }, content));
  const read = (text: string): DuisResponse => {
    const message = readMessage(Buffer.from(text));
    if (message.type !== 'response') throw new Error('not a response');
    return message;
  };

  beforeAll(async () => {
    await withFolder(async (folder) => {
      world = await testWorld(folder);
    });
    const { users, network, pki } = world;
    const signers = signersOf(
      pki,
      users.map(({ userId }) => userId),
    );
    const traffic = prepareTraffic({
      seed: 'answers',
      count: 1_500,
      signedPreCommandShare: 0.2,
      users,
      network,
      signers,
      asOf: NOW,
      counterBase: 0n,
    });
    requests = [...traffic].map(({ bytes }) => {
      const message = readMessage(bytes);
      if (message.type !== 'request') throw new Error('not a request');
      return message;
    });
  });

  it('come to the RequestID of what they answer, of the same service', () => {
    const from = answers();
    for (const request of requests) {
      for (const text of textsOf(request, from)) {
        const response = read(text);
        expect(response.requestId).toEqual(request.requestId);
        expect(response.body.child('ServiceReferenceVariant')?.text()).toBe(request.serviceReferenceVariant);
      }
    }
  });

  it('have what the Command Variant asks for', () => {
    const from = answers();
    const parts = (request: DuisRequest) =>
      textsOf(request, from).map((text) => [...read(text).body.children()].map(({ name }) => name)[2]);
    const first = (commandVariant: number) => {
      const found = requests.find(
        (each) => each.commandVariant === commandVariant && each.serviceReferenceVariant !== '9.1',
      );
      if (found === undefined) throw new Error(`no request with Command Variant ${commandVariant}`);
      return parts(found);
    };
    expect(first(1)).toEqual(['GBCSPayload']);
    expect(first(2)).toEqual(['LocalCommand']);
    expect(first(4)).toEqual(['PreCommand']);
    expect(first(5)).toEqual(['GBCSPayload']);
    expect(first(6)).toEqual(['LocalCommand']);
    expect(first(7)).toEqual(['LocalCommand', 'GBCSPayload']);
  });

  it('fail in the share that was asked for', () => {
    const from = answers(1);
    const toDevices = requests.filter(({ commandVariant }) => commandVariant === 1 || commandVariant === 5);
    for (const request of toDevices) expect(read(textsOf(request, from)[0] ?? '').responseCode).toMatch(/^E2[01]$/);
  });

  it('come after the same times for the same seed', () => {
    const times = (from: Answers) => requests.flatMap((request) => from.to(request).map(({ after }) => after));
    expect(times(answers())).toEqual(times(answers()));
  });

  it('are valid by the official schema, for every service that was asked', (context) => {
    needsOfficialFiles(context);
    const from = answers();
    const seen = new Set<string>();
    for (const request of requests) {
      const key = `${request.serviceReferenceVariant} ${request.commandVariant}`;
      if (seen.has(key)) continue;
      seen.add(key);
      for (const text of textsOf(request, from)) expect(schemaComplaint(Buffer.from(text)), text).toBeUndefined();
    }
    const nonDevice = [...catalogue.values()].filter((each) => each.nonDevice && each.roles.length > 0);
    for (const { srv } of nonDevice) expect(seen, srv).toContain(`${srv} 8`);
  });

  it('and alerts are valid by the official schema and signed by the Operator', (context) => {
    needsOfficialFiles(context);
    const source = new AlertSource(world.network, new Random('alerts'));
    const signer = signersOf(world.pki, [OPERATOR_ID]).get(OPERATOR_ID);
    const certificate = world.pki.users.get(OPERATOR_ID)?.signing.certificate;
    if (signer === undefined || certificate === undefined) throw new Error('no certificate');
    const alerts = Array.from({ length: 200 }, () => source.next(NOW)).filter(
      (alert): alert is Alert => alert !== undefined,
    );
    expect(new Set(alerts.map(({ kind }) => kind))).toEqual(new Set(['device', 'dcc']));
    for (const alert of alerts) {
      expect(alert.recipients.length).toBeGreaterThan(0);
      for (const target of alert.recipients) {
        const responseId = { originator: alert.device, target, counter: 1n };
        const bytes = signMessage(alertText(alert, responseId, Buffer.from('opaque'), NOW), signer);
        expect(schemaComplaint(bytes), bytes.toString()).toBeUndefined();
        expect(verifySignature(readMessage(bytes).signature, createPublicKey(certificate))).toEqual({ ok: true });
      }
    }
  });
});

describe('what is due', () => {
  it('comes out in order of time, and not before', () => {
    const queue = new DueQueue<number>();
    const random = new Random('due');
    const times = Array.from({ length: 500 }, () => random.below(1_000));
    for (const time of times) queue.push(time, time);
    const early = [...drain(queue, 400)];
    expect(early).toEqual(times.filter((time) => time <= 400).sort((a, b) => a - b));
    expect([...early, ...drain(queue, 1_000)]).toEqual([...times].sort((a, b) => a - b));
    expect(queue.length).toBe(0);
  });

  function* drain(queue: DueQueue<number>, now: number): Generator<number> {
    for (let item = queue.popDue(now); item !== undefined; item = queue.popDue(now)) yield item;
  }
});
