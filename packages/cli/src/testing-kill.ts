import { createHash, createPrivateKey } from 'node:crypto';
import { readCertificates, signDetached } from '@penstock/files/signature';
import { openDatabase, startEmbeddedPostgres } from '@penstock/platform/database';
import { createLog } from '@penstock/platform/log';
import type { UserCredentials, World } from '@penstock/simulator';
import type pg from 'pg';
import {
  type Environment,
  findServer,
  importWorld,
  removeFolder,
  settingsOf,
  TestPlatform,
  testFolder,
  testNetwork,
} from './testing-platform.ts';

/** A platform of its own processes that is killed again and again, with its database before one's eyes. */
export class KilledPlatform {
  readonly folder: string;
  readonly world: World;
  /** Of the first User of the network. */
  readonly userId: string;
  readonly user: UserCredentials;
  readonly platform: TestPlatform;
  readonly pool: pg.Pool;
  readonly #closePool: () => Promise<void>;

  private constructor(parts: {
    folder: string;
    world: World;
    platform: TestPlatform;
    pool: pg.Pool;
    closePool: () => Promise<void>;
  }) {
    const [supplier] = parts.world.users;
    const user = supplier && parts.world.pki.users.get(supplier.userId);
    if (supplier === undefined || user === undefined) throw new Error('the world has no User');
    this.folder = parts.folder;
    this.world = parts.world;
    this.userId = supplier.userId;
    this.user = user;
    this.platform = parts.platform;
    this.pool = parts.pool;
    this.#closePool = parts.closePool;
  }

  /** Starts it on a network of its own. @param environment settings besides */
  static async start(environment: Environment): Promise<KilledPlatform> {
    const folder = testFolder();
    const world = await testNetwork(folder);
    const settings = await settingsOf(world, { folder, environment });
    await importWorld(world, settings);
    const platform = new TestPlatform(settings, folder);
    await platform.start();
    const log = createLog({ level: 'fatal' });
    const { url } = await startEmbeddedPostgres({ dataFolder: `${folder}/data`, log });
    const { pool, close: closePool } = openDatabase({ url, poolSize: 2, applicationName: 'test', log });
    return new KilledPlatform({ folder, world, platform, pool, closePool });
  }

  /** SIGKILL of the platform, and where it is said of PostgreSQL before it; then it starts again. */
  async killAndStart({ withDatabase }: { withDatabase: boolean }): Promise<void> {
    const server = findServer(`${this.folder}/data`);
    if (withDatabase && server !== undefined) process.kill(server, 'SIGKILL');
    await this.platform.process?.end('SIGKILL');
    await this.startAgain();
  }

  /** Starts it once it is dead. An upload that was cut off gives way after its time, for which nobody waits here. */
  async startAgain(): Promise<void> {
    await this.platform.process?.ended;
    await this.platform.start();
    await this.pool.query(`update submission_upload set stored_at = stored_at - interval '5 minutes'`);
  }

  /** A file of so many bytes that say nothing, with the signature of an officer of the User. */
  signedFile(name: string, size: number): { bytes: Buffer; signature: Buffer; sha256: string } {
    const bytes = Buffer.alloc(size, `${name}\n`);
    const [officer] = this.user.officers;
    const [certificate] = readCertificates(Buffer.from(officer?.certificate ?? ''));
    if (officer === undefined || certificate === undefined) throw new Error('the User has no officer');
    const digest = createHash('sha256').update(bytes).digest();
    const key = createPrivateKey(officer.key);
    const signature = signDetached({ digest, key, certificate, chain: [], signingTime: new Date() });
    return { bytes, signature, sha256: digest.toString('hex') };
  }

  /** Each submission of the User that is judged, with how many signatures came with it by a way. */
  async submissions(way: string): Promise<{ sha256: string; deliveries: number }[]> {
    const { rows } = await this.pool.query<{ sha256: string; deliveries: number }>(
      `select encode(s.sha256, 'hex') as sha256,
              (select count(distinct d.signature_sha256)::integer from submission_delivery d
               where d.user_id = s.user_id and d.sha256 = s.sha256 and d.way = $2) as deliveries
       from submission s where s.user_id = $1 and s.state = 'refused' order by s.received_at`,
      [this.userId, way],
    );
    return rows;
  }

  async end(): Promise<void> {
    await this.#closePool();
    await this.platform.process?.end('SIGKILL');
    await removeFolder(this.folder);
  }
}
