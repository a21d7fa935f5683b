// Run by node-loader.test.ts through bin/_node.cjs: says which Node it is and what it is told, and ends on SIGTERM.
import { getCompileCacheDir } from 'node:module';

process.on('SIGINT', () => process.stdout.write('SIGINT\n'));
process.on('SIGTERM', () => {
  process.stdout.write('SIGTERM\n');
  process.exit(7);
});
setInterval(() => {}, 60_000);
const [asked] = process.argv.slice(2);
process.stdout.write(asked === 'compiled' ? `${getCompileCacheDir()}\n` : `ready ${process.version} ${asked}\n`);
