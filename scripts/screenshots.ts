import { runNode } from './run-node.ts';

// `npm run screenshots`: the pictures of every page of the portal, in light and dark, under docs/portal.

const args = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'screenshots'];
process.exitCode = await runNode(args, { PENSTOCK_SCREENSHOTS: '1' });
