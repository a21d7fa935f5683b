// Run by node-loader.test.ts through bin/_node.cjs: says which Node it is and what it is told, and ends on SIGTERM.
process.on('SIGINT', () => process.stdout.write('SIGINT\n'));
process.on('SIGTERM', () => {
  process.stdout.write('SIGTERM\n');
  process.exit(7);
});
setInterval(() => {}, 60_000);
process.stdout.write(`ready ${process.version} ${process.argv.slice(2).join(' ')}\n`);
