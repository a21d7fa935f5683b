import { GraphStandIn } from '@penstock/platform/testing/sharepoint';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { KilledPlatform } from './testing-kill.ts';

// SIGKILL of the platform at each step of a file that comes by SharePoint: each becomes a submission, once, and goes from
// the library; its receipt comes.

const soon = { timeout: 90_000, interval: 50 };
/** Calls at which the platform is killed: before they are carried out. */
const steps = [/^GET \/download\//, /^DELETE /, /^PUT .*\/receipts-folder\//];

let killed: KilledPlatform;
let home: string;
let library: GraphStandIn;

beforeAll(async () => {
  const clientId = '6f1c2a3e-0000-4000-8000-000000000001';
  library = await new GraphStandIn({ clientId, secret: 'a secret of tests' }).start();
  library.folder('Penstock');
  killed = await KilledPlatform.start({
    PENSTOCK_SHAREPOINT_TENANT_ID: library.tenant,
    PENSTOCK_SHAREPOINT_CLIENT_ID: clientId,
    PENSTOCK_SHAREPOINT_CLIENT_SECRET: 'a secret of tests',
    PENSTOCK_SHAREPOINT_DRIVE_ID: library.drive,
    PENSTOCK_SHAREPOINT_POLL_SECONDS: '1',
    PENSTOCK_SHAREPOINT_GRAPH_ORIGIN: library.origin,
    PENSTOCK_SHAREPOINT_LOGIN_ORIGIN: library.origin,
  });
  home = `Penstock/${killed.userId}`;
  await killed.pool.query(`update way_use set use = 'allowed' where way = 'sharepoint'`);
  await vi.waitFor(() => expect(library.list(home)).toEqual(['incoming', 'receipts', 'reports']), soon);
});
afterAll(async () => {
  await killed?.end();
  await library?.stop();
});

/** Puts a file that says nothing, with the signature of an officer, and returns its SHA-256. */
function putSigned(name: string): string {
  const { bytes, signature, sha256 } = killed.signedFile(name, 300_000);
  library.put(`${home}/incoming/${name}`, bytes);
  library.put(`${home}/incoming/${name}.p7s`, signature);
  return sha256;
}

// three starts of a platform, each of tens of seconds on a machine that others use
test('a file is taken in once and its receipt comes, whatever is killed', { timeout: 400_000 }, async () => {
  const receipts = library.find(`${home}/receipts`)?.id ?? '';
  const put: string[] = [];
  for (const [number, step] of steps.entries()) {
    const isKilled = new Promise<void>((resolve) => {
      library.onAsked = (call) => {
        if (!step.test(call.replace(`/items/${receipts}:/`, '/receipts-folder/'))) return;
        library.onAsked = undefined;
        killed.platform.process?.child.kill('SIGKILL');
        resolve();
      };
    });
    put.push(putSigned(`file-${number}.csv`));
    await isKilled;
    await killed.startAgain();
  }
  await vi.waitFor(() => expect(library.list(`${home}/incoming`)).toEqual([]), soon);
  for (const sha256 of put) {
    await vi.waitFor(() => {
      const [name] = library.list(`${home}/receipts`).filter((one) => one.includes(sha256.slice(0, 16)));
      expect(name).toMatch(/-refused\.json$/);
    }, soon);
  }
  expect(await killed.submissions('sharepoint')).toEqual(put.map((sha256) => ({ sha256, deliveries: 1 })));
});
