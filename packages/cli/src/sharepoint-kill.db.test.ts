import { createHash, createPrivateKey } from 'node:crypto';
import { readCertificates, signDetached } from '@penstock/files/signature';
import { openDatabase, startEmbeddedPostgres } from '@penstock/platform/database';
import { createLog } from '@penstock/platform/log';
import { GraphStandIn } from '@penstock/platform/testing/sharepoint';
import type { UserCredentials, World } from '@penstock/simulator';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { importWorld, removeFolder, settingsOf, TestPlatform, testFolder, testNetwork } from './testing-platform.ts';

// SIGKILL of the platform at each step of a file that comes by SharePoint: each becomes a submission, once, and goes from
// the library; its receipt comes.

const soon = { timeout: 90_000, interval: 50 };
/** Calls at which the platform is killed: before they are carried out. */
const steps = [/^GET \/download\//, /^DELETE /, /^PUT .*\/receipts-folder\//];

let folder: string;
let world: World;
let user: UserCredentials;
let home: string;
let userId: string;
let platform: TestPlatform;
let library: GraphStandIn;
let pool: pg.Pool;
let closePool: () => Promise<void>;

beforeAll(async () => {
  folder = testFolder();
  world = await testNetwork(folder);
  const [supplier] = world.users;
  const found = supplier && world.pki.users.get(supplier.userId);
  if (supplier === undefined || found === undefined) throw new Error('the world has no User');
  user = found;
  userId = supplier.userId;
  home = `Penstock/${userId}`;
  const clientId = '6f1c2a3e-0000-4000-8000-000000000001';
  library = await new GraphStandIn({ clientId, secret: 'a secret of tests' }).start();
  library.folder('Penstock');
  const environment = await settingsOf(world, {
    folder,
    environment: {
      PENSTOCK_SHAREPOINT_TENANT_ID: library.tenant,
      PENSTOCK_SHAREPOINT_CLIENT_ID: clientId,
      PENSTOCK_SHAREPOINT_CLIENT_SECRET: 'a secret of tests',
      PENSTOCK_SHAREPOINT_DRIVE_ID: library.drive,
      PENSTOCK_SHAREPOINT_POLL_SECONDS: '1',
      PENSTOCK_SHAREPOINT_GRAPH_ORIGIN: library.origin,
      PENSTOCK_SHAREPOINT_LOGIN_ORIGIN: library.origin,
    },
  });
  await importWorld(world, environment);
  platform = new TestPlatform(environment, folder);
  await platform.start();
  const log = createLog({ level: 'fatal' });
  const { url } = await startEmbeddedPostgres({ dataFolder: `${folder}/data`, log });
  ({ pool, close: closePool } = openDatabase({ url, poolSize: 2, applicationName: 'test', log }));
  await pool.query(`update way_use set use = 'allowed' where way = 'sharepoint'`);
  await vi.waitFor(() => expect(library.list(home)).toEqual(['incoming', 'receipts', 'reports']), soon);
});
afterAll(async () => {
  await closePool?.();
  await platform?.process?.end('SIGKILL');
  await library?.stop();
  if (folder !== undefined) await removeFolder(folder);
});

/** Puts a file that says nothing, with the signature of an officer, and returns its SHA-256. */
function putSigned(name: string): string {
  const bytes = Buffer.alloc(300_000, `${name}\n`);
  const [officer] = user.officers;
  const [certificate] = readCertificates(Buffer.from(officer?.certificate ?? ''));
  if (officer === undefined || certificate === undefined) throw new Error('the User has no officer');
  const digest = createHash('sha256').update(bytes).digest();
  const key = createPrivateKey(officer.key);
  library.put(`${home}/incoming/${name}`, bytes);
  const signature = signDetached({ digest, key, certificate, chain: [], signingTime: new Date() });
  library.put(`${home}/incoming/${name}.p7s`, signature);
  return digest.toString('hex');
}

// three starts of a platform, each of tens of seconds on a machine that others use
test('a file is taken in once and its receipt comes, whatever is killed', { timeout: 400_000 }, async () => {
  const receipts = library.find(`${home}/receipts`)?.id ?? '';
  const put: string[] = [];
  for (const [number, step] of steps.entries()) {
    const killed = new Promise<void>((resolve) => {
      library.onAsked = (call) => {
        if (!step.test(call.replace(`/items/${receipts}:/`, '/receipts-folder/'))) return;
        library.onAsked = undefined;
        platform.process?.child.kill('SIGKILL');
        resolve();
      };
    });
    put.push(putSigned(`file-${number}.csv`));
    await killed;
    await platform.process?.ended;
    await platform.start();
    // an upload that stands still gives way after a minute, which nobody waits for here
    await pool.query(`update submission_upload set stored_at = stored_at - interval '2 minutes'`);
  }
  await vi.waitFor(() => expect(library.list(`${home}/incoming`)).toEqual([]), soon);
  for (const sha256 of put) {
    await vi.waitFor(() => {
      const [name] = library.list(`${home}/receipts`).filter((one) => one.includes(sha256.slice(0, 16)));
      expect(name).toMatch(/-refused\.json$/);
    }, soon);
  }
  const { rows } = await pool.query<{ sha256: string; deliveries: number }>(
    `select encode(s.sha256, 'hex') as sha256,
            (select count(distinct d.signature_sha256)::integer from submission_delivery d
             where d.user_id = s.user_id and d.sha256 = s.sha256 and d.way = 'sharepoint') as deliveries
     from submission s where s.user_id = $1 order by s.received_at`,
    [userId],
  );
  expect(rows).toEqual(put.map((sha256) => ({ sha256, deliveries: 1 })));
});
