// The first administrator of the Operator, who is invited by the machine itself while there is none: by a command, or by the
// start when the setting people.first_administrator says who it is. The start puts the link into a file of the data
// folder that only the platform's own user may read, and never into the log, which is kept and read by many.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { postInvitationSchema } from '@penstock/api';
import type pg from 'pg';
import type { Author } from '../foundation/activity.ts';
import { inTransaction } from '../foundation/database/database.ts';
import { PenstockError } from '../foundation/errors.ts';
import type { Log } from '../foundation/log.ts';
import { findLink, linkDigest } from './acceptance.ts';
import { recordActivity, THE_MACHINE } from './activity-store.ts';
import { lockPeople } from './administrators-store.ts';
import { type Link, linkOf, makeLink } from './links.ts';

const FILE = 'first-administrator.txt';

/**
 * The link for the first administrator of the Operator, made on the machine itself.
 * @throws PenstockError 'people.administrator-exists', 'request.invalid'
 */
export async function inviteFirstAdministrator(
  pool: pg.Pool,
  asked: { email: string; name: string; now: Date; by: Author },
): Promise<Link> {
  const { now, by } = asked;
  const checked = postInvitationSchema
    .pick({ email: true, name: true })
    .safeParse({ email: asked.email, name: asked.name });
  if (!checked.success) {
    const issues = checked.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new PenstockError('request.invalid', { detail: issues.join('; ') });
  }
  const { email, name } = checked.data;
  return inTransaction(pool, async (client) => {
    await lockPeople(client);
    if (await hasAdministrator(client)) throw new PenstockError('people.administrator-exists');
    const role = 'operator_administrator';
    const acting = 'operator';
    await recordActivity(client, { what: 'invited', email, by, acting, detail: role });
    const maker = { madeBy: undefined, madeAs: 'operator' } as const;
    return makeLink(client, { kind: 'invitation', email, name, acting, role, ...maker, now });
  });
}

async function hasAdministrator(client: pg.Pool | pg.PoolClient): Promise<boolean> {
  const { rowCount } = await client.query(
    `select from person_role join person using (person_id)
     where acting = 'operator' and role = 'operator_administrator' and status = 'active' and not is_demonstration limit 1`,
  );
  return rowCount === 1;
}

export interface Offer {
  readonly dataFolder: string;
  /** Who is to be the first; undefined: nobody said. */
  readonly email: string | undefined;
  /** The address that people are given. */
  readonly origin: string | undefined;
  readonly now: Date;
  readonly log: Log;
}

/** Runs at each start: leaves the link while there is no administrator, and takes the file away when there is one. */
export async function offerFirstAdministrator(pool: pg.Pool, offer: Offer): Promise<void> {
  const { dataFolder, email, origin, now, log } = offer;
  const file = join(dataFolder, FILE);
  if (await hasAdministrator(pool)) return rmSync(file, { force: true });
  if (email === undefined) {
    log.warn('nobody may sign in yet: name the first administrator in people.first_administrator, or by the command');
    return;
  }
  if (!(await isStillGood(pool, { file, email, now }))) {
    const { link, expiresAt } = linkOf(
      origin,
      await inviteFirstAdministrator(pool, { email, name: 'Administrator', now, by: THE_MACHINE }),
    );
    rmSync(file, { force: true });
    // made anew and by this user alone, whatever somebody put there
    const text = `${link}\nIt is good once, until ${expiresAt}. Who opens it becomes the administrator.\n`;
    writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
  }
  log.warn({ file }, 'nobody may sign in yet: the file has the link for the first administrator');
}

/** Whether a start before left a link that nobody took yet: another would make it void in somebody's hand. */
async function isStillGood(
  pool: pg.Pool,
  { file, email, now }: { file: string; email: string; now: Date },
): Promise<boolean> {
  try {
    const [token = ''] = /(?<=#)[\w-]{43}/.exec(readFileSync(file, 'utf8')) ?? [];
    return (await findLink(pool, linkDigest(token), now)).email === email;
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (isAbsent || error instanceof PenstockError) return false;
    throw error;
  }
}
