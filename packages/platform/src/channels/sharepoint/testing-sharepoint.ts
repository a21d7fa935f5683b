/** SharePoint before the stand-in of its library, with a database and officers behind it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../foundation/clock.ts';
import { loadConfig } from '../../foundation/config.ts';
import { createLog } from '../../foundation/log.ts';
import { Reports } from '../../quarantine/report.ts';
import { operatorId, type SubmissionWorld, submissionWorld, testPki } from '../../submissions/testing-submissions.ts';
import { openSharePoint, type SharePoint } from './index.ts';
import { GraphStandIn } from './testing-graph.ts';

export const CLIENT_ID = '6f1c2a3e-0000-4000-8000-000000000001';
export const SECRET = 'a-secret-that-no-log-has';
/** Settings of the tests: files above it are refused. */
export const MOST_BYTES = 8 * 1024 * 1024;

export interface SharePointWorld {
  readonly submissions: SubmissionWorld;
  readonly library: GraphStandIn;
  /** All that was logged. */
  readonly lines: string[];
  /** One beside others, for its caller to stop. */
  open(): Promise<SharePoint>;
  /** One that looks now; those before are stopped, as by a platform that starts again. */
  reopen(): Promise<SharePoint>;
  /** Looks so often, each time as a platform that starts again. */
  look(times?: number): Promise<void>;
  close(): Promise<void>;
}

export async function sharePointWorld(): Promise<SharePointWorld> {
  const pki = await testPki();
  const submissions = await submissionWorld(pki.pki);
  const { pool } = submissions.database;
  await pool.query(`update way_use set use = 'allowed' where way = 'sharepoint'`);
  const library = await new GraphStandIn({ clientId: CLIENT_ID, secret: SECRET }).start();
  library.folder('Penstock');
  const folder = mkdtempSync(join(tmpdir(), 'penstock-sharepoint-'));
  const operator = pki.pki.users.get(operatorId)?.signing;
  const config = loadConfig({
    environment: {
      PENSTOCK_DATA_FOLDER: folder,
      PENSTOCK_FILES_TRUST_ANCHORS: pki.pki.fileAuthorityFile,
      PENSTOCK_FILES_REVOCATION_LISTS: pki.pki.revocationListFile,
      PENSTOCK_FILES_MAX_BYTES: String(MOST_BYTES),
      PENSTOCK_OPERATOR_SIGNING_KEY_FILE: operator?.keyFile,
      PENSTOCK_OPERATOR_SIGNING_CERTIFICATE_FILE: operator?.certificateFile,
      PENSTOCK_SHAREPOINT_TENANT_ID: library.tenant,
      PENSTOCK_SHAREPOINT_CLIENT_ID: CLIENT_ID,
      PENSTOCK_SHAREPOINT_CLIENT_SECRET: SECRET,
      PENSTOCK_SHAREPOINT_DRIVE_ID: library.drive,
      PENSTOCK_SHAREPOINT_GRAPH_ORIGIN: library.origin,
      PENSTOCK_SHAREPOINT_LOGIN_ORIGIN: library.origin,
    },
    workingFolder: '/',
  });
  const lines: string[] = [];
  const log = createLog({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
  let current: SharePoint | undefined;
  const open = async (): Promise<SharePoint> => {
    const opened = await openSharePoint({ config, log, clock: systemClock, pool, reports: new Reports(pool) });
    if (opened === undefined) throw new Error('SharePoint is not configured');
    return opened;
  };
  const reopen = async (): Promise<SharePoint> => {
    await current?.stop();
    current = await open();
    return current;
  };
  return {
    submissions,
    library,
    lines,
    open,
    reopen,
    async look(times = 1) {
      for (let time = 0; time < times; time++) await (await reopen()).round();
    },
    async close() {
      await current?.stop();
      await library.stop();
      await submissions.close();
      rmSync(folder, { recursive: true, force: true });
      await pki.remove();
    },
  };
}
