import { createLog } from '@penstock/platform/log';
import { runUntilStopped } from './until-stopped.ts';

// Run by until-stopped.test.ts: something that starts and stops when a line says so on standard input.
const lines = process.stdin[Symbol.asyncIterator]();
const say = (text: string) => process.stdout.write(`${text}\n`);

await runUntilStopped(
  async () => {
    say('starting');
    await lines.next();
    say('started');
    return {
      stop: async () => {
        say('stopping');
        await lines.next();
        process.stdin.destroy();
      },
    };
  },
  createLog({ level: 'silent' }),
);
say('over');
