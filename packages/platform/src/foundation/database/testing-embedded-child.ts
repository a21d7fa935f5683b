import { createLog } from '../log.ts';
import { startEmbeddedPostgres } from './embedded.ts';

// Run by embedded.db.test.ts as a process of its own: starts the server of a folder, says its address on a line of
// standard output, and stops the server when standard input ends.

const [dataFolder] = process.argv.slice(2);
if (dataFolder === undefined) throw new Error('usage: testing-embedded-child.ts DATA_FOLDER');

const server = await startEmbeddedPostgres({
  dataFolder,
  log: createLog({ level: 'warn' }, process.stderr),
  settings: { fsync: 'off', shared_buffers: '32MB' },
});
process.stdout.write(`${server.url}\n`);
for await (const _ of process.stdin);
await server.stop();
