import { generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { SignatureThread } from './signature-thread.ts';

const holders = Array.from({ length: 3 }, () => generateKeyPairSync('ec', { namedCurve: 'P-256' }));

interface Signed {
  readonly signed: Buffer;
  readonly key: KeyObject;
  readonly signature: Buffer;
}

/** Signed by one of three, and asked of one of three: mostly of another; some bytes are changed afterwards. */
const signatures = fc
  .record({
    text: fc.uint8Array({ maxLength: 300 }),
    signer: fc.nat(2),
    asked: fc.nat(2),
    flipped: fc.option(fc.nat(60)),
  })
  .map(({ text, signer, asked, flipped }): Signed => {
    const signed = Buffer.from(text);
    const signature = sign('sha256', signed, holders[signer]?.privateKey as KeyObject);
    if (flipped !== null) signature[flipped] = (signature[flipped] ?? 0) ^ 1;
    return { signed, key: holders[asked]?.publicKey as KeyObject, signature };
  });

function open(start?: () => Worker) {
  const lines: string[] = [];
  const log = pino({ base: null, timestamp: false }, { write: (line) => lines.push(line) });
  const thread = new SignatureThread({ log, ...(start && { start }) });
  onTestFinished(() => thread.close());
  const ask = ({ signed, key, signature }: Signed) => thread.verify(signed, key, signature);
  return { thread, ask, lines };
}

const here = ({ signed, key, signature }: Signed) => verify('sha256', signed, key, signature);

/** Enough to be worth a thread. */
function many(count: number): Signed[] {
  return Array.from({ length: count }, (_, index) => {
    const signed = Buffer.from(`text ${index}`);
    const signer = holders[index % 3] as (typeof holders)[number];
    const asked = holders[index % 2 === 0 ? index % 3 : (index + 1) % 3] as (typeof holders)[number];
    return { signed, key: asked.publicKey, signature: sign('sha256', signed, signer.privateKey) };
  });
}

test('each is told what node:crypto says of it, however many come at once', async () => {
  const { ask } = open();
  await fc.assert(
    fc.asyncProperty(fc.array(signatures, { maxLength: 40 }), async (all) => {
      expect(await Promise.all(all.map(ask))).toEqual(all.map(here));
    }),
    { numRuns: 60 },
  );
});

test('batches that follow one another are not mixed up', async () => {
  const { ask } = open();
  const all = many(600);
  const asked: Promise<boolean>[] = [];
  for (const [index, one] of all.entries()) {
    asked.push(ask(one));
    if (index % 25 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await Promise.all(asked)).toEqual(all.map(here));
});

const FAULTS = {
  throws: `throw new Error('as told')`,
  exits: 'process.exit(3)',
  'answers too little': 'parentPort.postMessage(new Uint8Array(1))',
  'cannot tell': 'parentPort.postMessage(new Uint8Array(numbers.length / 3).fill(2))',
};

test.each(Object.entries(FAULTS))(
  'a thread that %s takes nothing along: the rest is verified here',
  async (_how, code) => {
    const start = () =>
      new Worker(
        `const { parentPort } = require('node:worker_threads'); parentPort.on('message', ({ numbers }) => { ${code} });`,
        { eval: true },
      );
    const { ask, lines } = open(start);
    for (let round = 0; round < 2; round++) {
      const all = many(30);
      expect(await Promise.all(all.map(ask))).toEqual(all.map(here));
    }
    const warnings = lines.filter((line) => JSON.parse(line).level === 40);
    expect(warnings).toHaveLength(code === FAULTS['cannot tell'] ? 0 : 1);
  },
);

test('what is under way when it is closed is verified, and what comes after it too', async () => {
  const { thread, ask } = open();
  const all = many(50);
  const asked = all.map(ask);
  await new Promise((resolve) => setImmediate(resolve));
  await thread.close();
  expect(await Promise.all(asked)).toEqual(all.map(here));
  expect(await Promise.all(all.map(ask))).toEqual(all.map(here));
});
