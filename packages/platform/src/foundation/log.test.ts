import { expect, test } from 'vitest';
import { PenstockError } from './errors.ts';
import { createLog } from './log.ts';

function capture(write: (log: ReturnType<typeof createLog>) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  write(createLog({ level: 'info' }, { write: (line) => lines.push(line) }));
  return lines.map((line) => JSON.parse(line));
}

test('a line is JSON with level, time and name', () => {
  const [line] = capture((log) => log.warn({ partition: 'stream_20261122' }, 'made late'));
  expect(line).toMatchObject({ level: 'warn', name: 'penstock', partition: 'stream_20261122', msg: 'made late' });
  expect(line?.time).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
});

test('secrets and payload are not written', () => {
  const text = JSON.stringify(
    capture((log) => {
      log.info({ password: 'hunter2', headers: { authorization: 'Bearer hunter2', cookie: 'hunter2' } });
      log.info({ req: { headers: { authorization: 'hunter2' }, body: '<hunter2/>' } });
      log.error({ err: new Error('cannot reach postgres://penstock:hunter2@db.example:5432/penstock') });
      const cause = Object.assign(new Error('postgres://a:hunter2@b/c refused'), { detail: 'row (hunter2)' });
      log.error({ err: new PenstockError('database.unavailable', { cause }) });
    }),
  );
  expect(text).not.toContain('hunter2');
  expect(text).toContain('db.example');
  expect(text).toContain('database.unavailable');
});

test('the cause of an error is told', () => {
  const cause = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
  const [line] = capture((log) => log.error({ err: new PenstockError('internal.unexpected', { cause }) }));
  expect(line?.err).toMatchObject({ code: 'internal.unexpected', cause: { code: 'ENOSPC', message: 'no space left' } });
});
