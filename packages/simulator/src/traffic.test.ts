import { createPublicKey, type KeyObject } from 'node:crypto';
import { catalogue, checkRequest, type Eui, readMessage, type Signer, verifySignature } from '@penstock/duis';
import { needsOfficialFiles, schemaComplaint } from '@penstock/duis/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { Eligibility } from './eligibility.ts';
import { OPERATOR_ID } from './parties.ts';
import { Random } from './random.ts';
import { Counters, type PreparedRequest, RequestMaker, signersOf } from './requests.ts';
import type { World } from './simulation.ts';
import { NOW, testWorld, withFolder } from './testing/world.ts';
import { allTemplates, prepareTraffic } from './traffic.ts';

const context = (message: PreparedRequest) => ({ service: message.service, operatorIds: new Set([OPERATOR_ID]) });
const unsigned = ({ bytes }: PreparedRequest): string =>
  Buffer.from(bytes)
    .toString()
    .replace(/<ds:Signature.*<\/ds:Signature>/, '');

describe('traffic', () => {
  let world: World;
  let signers: ReadonlyMap<Eui, Signer>;
  let keys: ReadonlyMap<Eui, KeyObject>;
  const traffic = (count: number, seed = 'traffic') => {
    const { users, network } = world;
    return [
      ...prepareTraffic({
        seed,
        count,
        signedPreCommandShare: 0.2,
        users,
        network,
        signers,
        asOf: NOW,
        counterBase: 7n,
      }),
    ];
  };

  beforeAll(async () => {
    await withFolder(async (folder) => {
      world = await testWorld(folder);
    });
    signers = signersOf(
      world.pki,
      world.users.map(({ userId }) => userId),
    );
    keys = new Map([...world.pki.users].map(([userId, { signing }]) => [userId, createPublicKey(signing.certificate)]));
  });

  it('is the same for a seed, signatures aside', () => {
    const first = traffic(200);
    expect(traffic(200).map(unsigned)).toEqual(first.map(unsigned));
    expect(traffic(200, 'other').map(unsigned)).not.toEqual(first.map(unsigned));
  });

  it('has its share of signed pre-commands', () => {
    const signed = traffic(2_000).filter(({ commandVariant }) => commandVariant >= 5 && commandVariant <= 7);
    expect(signed.length).toBeGreaterThan(340);
    expect(signed.length).toBeLessThan(460);
  });

  it('counts upwards for each User and target, from above its base', () => {
    const last = new Map<string, bigint>();
    for (const { requestId } of traffic(1_000)) {
      const pair = `${requestId.originator} ${requestId.target}`;
      expect(requestId.counter).toBe((last.get(pair) ?? 7n) + 1n);
      last.set(pair, requestId.counter);
    }
  });

  it('is what it says, keeps the rules and is signed by its originator', () => {
    for (const message of traffic(400)) {
      const read = readMessage(message.bytes);
      if (read.type !== 'request') throw new Error('not a request');
      expect(read.requestId).toEqual(message.requestId);
      expect([read.serviceReferenceVariant, read.commandVariant]).toEqual([message.srv, message.commandVariant]);
      expect(checkRequest(read, context(message)), unsigned(message)).toBeUndefined();
      const key = keys.get(message.user.userId);
      if (key === undefined) throw new Error('no key');
      expect(verifySignature(read.signature, key)).toEqual({ ok: true });
    }
  });

  /** One message of every template, by a User that may send it, or, where nobody may, by one that has the devices. */
  function oneOfEach(): PreparedRequest[] {
    const eligibility = new Eligibility(world.network, world.users, NOW);
    const random = new Random('each');
    const maker = new RequestMaker({ random, counters: new Counters(0n), signers, former: world.network.former });
    return allTemplates().map((template) => {
      const roles = catalogue.get(template.srv)?.roles ?? [];
      for (const user of world.users) {
        const [reach] = eligibility.homesFor(user, template, roles.length > 0 ? roles : user.roles);
        if (reach !== undefined) return maker.request(user, template, reach);
      }
      throw new Error(`${template.name}: no User reaches a home for it`);
    });
  }

  it('can have every service of the catalogue', () => {
    const made = oneOfEach();
    expect(new Set(made.map(({ srv }) => srv))).toEqual(new Set(catalogue.keys()));
    for (const message of made) {
      const read = readMessage(message.bytes);
      if (read.type !== 'request') throw new Error('not a request');
      expect(checkRequest(read, context(message)), message.srv).toBeUndefined();
    }
  });

  it('is valid by the official schema, every template and signed pre-commands', (context) => {
    needsOfficialFiles(context);
    const signed = traffic(300).filter(({ commandVariant }) => commandVariant >= 5);
    for (const message of [...oneOfEach(), ...signed]) {
      expect(schemaComplaint(message.bytes), `${message.srv} ${unsigned(message).slice(0, 3000)}`).toBeUndefined();
    }
  });
});
