import { Worker } from 'node:worker_threads';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { SupervisedSchemaValidator } from './schema-validator.ts';

// Real threads that answer as the schema's thread does, and end or fall silent when a message tells them to.
const OBEDIENT = `
  const { parentPort } = require('node:worker_threads');
  parentPort.on('message', ({ bytes, lengths }) => {
    let at = 0;
    const verdicts = lengths.map((length) => Buffer.from(bytes.subarray(at, (at += length))).toString() || undefined);
    if (verdicts.includes('throw')) throw new Error('as told');
    if (verdicts.includes('exit')) process.exit(3);
    if (verdicts.includes('too few')) verdicts.pop();
    if (!verdicts.includes('silence')) parentPort.postMessage({ type: 'verdicts', verdicts });
  });
  parentPort.postMessage({ type: 'ready' });`;

async function open({ code = OBEDIENT, answerWithinMs = 20_000 } = {}) {
  const clock = { now: 0 };
  const lines: string[] = [];
  const validator = new SupervisedSchemaValidator({
    start: () => new Worker(code, { eval: true }),
    log: pino({ base: null, timestamp: false }, { write: (line) => lines.push(line) }),
    elapsed: () => clock.now,
    answerWithinMs,
  });
  onTestFinished(() => validator.close());
  await validator.open();
  const ask = (text: string) => validator.validate(Buffer.from(text));
  /** The level of each line of the log: 40 is a warning, 50 an error. */
  const levels = () => lines.map((line) => JSON.parse(line).level);
  return { validator, clock, ask, levels };
}

const notReady = { code: 'service.not-ready' };

test('each message gets its own verdict, whatever the batches are', async () => {
  const { ask } = await open();
  const texts = Array.from({ length: 900 }, (_, index) => (index % 3 === 0 ? '' : `wrong ${index}`));
  expect(await Promise.all(texts.map(ask))).toEqual(texts.map((text) => text || undefined));
});

test('large messages make small batches', async () => {
  const { ask } = await open();
  const texts = ['a', 'b', 'c'].map((letter) => letter.repeat(3_000_000));
  expect(await Promise.all(texts.map(ask))).toEqual(texts);
});

test('the thousand and first that waits is told to try again', async () => {
  const { ask } = await open();
  const answers = await Promise.allSettled(Array.from({ length: 1_001 }, () => ask('wrong')));
  expect(answers.slice(0, 1_000).every((answer) => answer.status === 'fulfilled')).toBe(true);
  expect(answers[1_000]).toMatchObject({ status: 'rejected', reason: notReady });
  expect(await ask('wrong')).toBe('wrong');
});

test.each(['throw', 'exit', 'too few'])(
  'when the thread ends by "%s", those that wait fail and another starts',
  async (how) => {
    const { ask, levels } = await open();
    const failed = await Promise.allSettled([ask(how), ask('first'), ask('second')]);
    expect(failed).toMatchObject(failed.map(() => ({ status: 'rejected', reason: notReady })));
    expect(levels()).toEqual([40]);
    expect(await Promise.all([ask('wrong'), ask('')])).toEqual(['wrong', undefined]);
  },
);

test('a thread that does not answer in time is ended', async () => {
  const { ask } = await open({ answerWithinMs: 2_000 });
  await expect(ask('silence')).rejects.toMatchObject(notReady);
  expect(await ask('wrong')).toBe('wrong');
});

test('threads that end again and again are started five times a minute and not more', async () => {
  const { ask, clock, levels } = await open();
  for (let round = 0; round < 5; round += 1) await expect(ask('exit')).rejects.toMatchObject(notReady);
  expect(levels()).toEqual([40, 40, 40, 40, 50]);
  await expect(ask('wrong')).rejects.toMatchObject(notReady);
  clock.now = 60_001;
  expect(await ask('wrong')).toBe('wrong');
});

test('a schema that is refused or a thread that ends at the start fails the opening', async () => {
  const refusing = `require('node:worker_threads').parentPort.postMessage({ type: 'refused', detail: 'no' })`;
  await expect(open({ code: refusing })).rejects.toMatchObject({ code: 'config.invalid', detail: 'no' });
  await expect(open({ code: 'throw new Error("no")' })).rejects.toMatchObject({ code: 'config.invalid' });
});

test('closing waits for the verdicts that are due and takes no more messages', async () => {
  const { validator, ask } = await open();
  const due = Promise.all(Array.from({ length: 300 }, () => ask('wrong')));
  const closed = Promise.all([validator.close(), validator.close()]);
  await expect(ask('wrong')).rejects.toMatchObject(notReady);
  expect(await due).toHaveLength(300);
  await closed;
});
