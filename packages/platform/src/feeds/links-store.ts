// Calendar links as they are kept: made, listed, revoked, and used.
//
// What always holds: a token is kept as its SHA-256 alone, and was shown once. A link acts for one User ID (or the Operator),
// as whoever made it: at each fetch that one's rights are judged as they are then (links.ts), and nothing of them is kept in it.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { type FeedDocument, type FeedLink, MOST_FEEDS, MOST_FETCHES, type PersonRole } from '@penstock/api';
import type { Eui } from '@penstock/duis';
import { requireEui } from '@penstock/duis';
import type pg from 'pg';
import { type Author, recordChanges } from '../foundation/activity.ts';
import { authorOf, shownAuthor } from '../foundation/author.ts';
import { inTransaction } from '../foundation/database/index.ts';
import { PenstockError } from '../foundation/errors.ts';
import { actingOfViewer, type Viewer } from '../foundation/viewer.ts';

export interface LinkParts {
  readonly pool: pg.Pool;
  readonly now: () => Date;
}

const digest = (token: string) => createHash('sha256').update(token).digest();

/** Whose links somebody's are: a person's own, or those of the machines of a User ID together. */
const IS_OWN = '(person_id is not distinct from $2)';
const personOf = (viewer: Viewer) => viewer.person?.personId ?? null;

/** @throws PenstockError 'feeds.too-many' */
export async function makeLink(
  { pool, now }: LinkParts,
  viewer: Viewer,
  made: {
    readonly userId: Eui;
    readonly name: string;
    readonly service: string | undefined;
    readonly author: Author;
  },
): Promise<FeedLink> {
  const { userId, name, service, author } = made;
  const [feed, token] = [randomUUID(), randomBytes(32).toString('base64url')];
  await inTransaction(pool, async (client) => {
    await client.query(`select pg_advisory_xact_lock(hashtextextended('penstock feeds ' || $1::text, 0))`, [userId]);
    const { rows } = await client.query<{ count: number }>(
      `select count(*)::integer as count from change_feed where user_id = $1 and ${IS_OWN} and revoked_at is null`,
      [userId, personOf(viewer)],
    );
    if ((rows[0]?.count ?? 0) >= MOST_FEEDS) {
      throw new PenstockError('feeds.too-many', { detail: `${MOST_FEEDS} are not revoked` });
    }
    await client.query(
      `insert into change_feed (user_id, feed, token_sha256, side, person_id, certificate, name, service, made_at, made_by)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        userId,
        feed,
        digest(token),
        viewer.kind,
        personOf(viewer),
        viewer.person === undefined ? (viewer.machine?.certificate ?? '') : null,
        name,
        service,
        now(),
        authorOf(viewer),
      ],
    );
    const detail = `${name}: ${service === undefined ? 'all services' : service}`;
    await recordChanges(client, author, [{ what: 'feed-made', acting: actingOfViewer(viewer), detail }]);
  });
  return { feed, path: `/api/v1/feeds/${token}/schedule.ics` };
}

interface LinkRow {
  readonly feed: string;
  readonly name: string;
  readonly service: string | null;
  readonly is_yours: boolean;
  readonly made_at: Date;
  readonly made_by: string;
  readonly used_at: Date | null;
  readonly uses: string;
}

/** Those that are not revoked, the newest first. @param isAll those of everybody who acts for the same */
export async function listLinks(
  { pool }: LinkParts,
  viewer: Viewer,
  { userId, isAll }: { readonly userId: Eui; readonly isAll: boolean },
): Promise<FeedDocument[]> {
  const { rows } = await pool.query<LinkRow>(
    `select feed, name, service, ${IS_OWN} as is_yours, made_at, made_by, used_at, uses::text from change_feed
     where user_id = $1 and (${IS_OWN} or $3) and revoked_at is null order by made_at desc, feed`,
    [userId, personOf(viewer), isAll],
  );
  return rows.map((row) => ({
    feed: row.feed,
    name: row.name,
    ...(row.service === null ? {} : { service: row.service }),
    isYours: row.is_yours,
    madeAt: row.made_at.toISOString(),
    madeBy: shownAuthor(viewer, row.made_by),
    ...(row.used_at === null ? {} : { usedAt: row.used_at.toISOString() }),
    uses: Number(row.uses),
  }));
}

/** @throws PenstockError 'request.not-found', alike for one that is unknown, revoked, or somebody else's */
export async function revokeLink(
  { pool, now }: LinkParts,
  viewer: Viewer,
  link: { readonly userId: Eui; readonly feed: string; readonly isAll: boolean; readonly author: Author },
): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ name: string; made_by: string }>(
      `update change_feed set revoked_at = $5, revoked_by = $6
       where user_id = $1 and (${IS_OWN} or $3) and feed = $4 and revoked_at is null returning name, made_by`,
      [link.userId, personOf(viewer), link.isAll, link.feed, now(), authorOf(viewer)],
    );
    const [row] = rows;
    if (row === undefined) throw new PenstockError('request.not-found', { detail: 'there is no such link' });
    const detail = `${row.name}, made by ${row.made_by}`;
    await recordChanges(client, link.author, [{ what: 'feed-revoked', acting: actingOfViewer(viewer), detail }]);
  });
}

export interface UsedLink {
  readonly userId: Eui;
  readonly side: Viewer['kind'];
  readonly personId: string | undefined;
  readonly certificate: string | undefined;
  readonly name: string;
  readonly service: string | undefined;
}

/**
 * The link of a token, its use counted.
 * @throws PenstockError 'request.not-found' for a token that is none, 'feeds.gone' when it is revoked, 'feeds.too-often'
 */
export async function takeLink({ pool, now }: LinkParts, token: string): Promise<UsedLink> {
  const { rows } = await pool.query<{
    user_id: string;
    side: Viewer['kind'];
    person_id: string | null;
    certificate: string | null;
    name: string;
    service: string | null;
    revoked_at: Date | null;
    hour_uses: number;
  }>(
    `update change_feed f set
       hour_from = case when f.hour_from > $2::timestamptz - interval '1 hour' then f.hour_from else $2 end,
       hour_uses = case when f.hour_from > $2::timestamptz - interval '1 hour' then least(f.hour_uses, $3) + 1 else 1 end
     where f.token_sha256 = $1
     returning user_id, side, person_id, certificate, name, service, revoked_at, hour_uses`,
    [digest(token), now(), MOST_FETCHES],
  );
  const [row] = rows;
  if (row === undefined) throw new PenstockError('request.not-found', { detail: 'there is no such calendar' });
  if (row.revoked_at !== null) throw new PenstockError('feeds.gone');
  if (row.hour_uses > MOST_FETCHES) {
    throw new PenstockError('feeds.too-often', { detail: `a link is fetched ${MOST_FETCHES} times an hour at most` });
  }
  return {
    userId: requireEui(row.user_id),
    side: row.side,
    personId: row.person_id ?? undefined,
    certificate: row.certificate ?? undefined,
    name: row.name,
    service: row.service ?? undefined,
  };
}

/** Notes that something was given. */
export async function countUse({ pool, now }: LinkParts, token: string): Promise<void> {
  await pool.query('update change_feed set used_at = $2, uses = uses + 1 where token_sha256 = $1', [
    digest(token),
    now(),
  ]);
}

/** As which the machine that made a link is known by its certificate now; undefined: it is not, or its Party is suspended. */
export async function findMachineRole(
  { pool, now }: LinkParts,
  { userId, certificate }: UsedLink,
): Promise<PersonRole | undefined> {
  const { rows } = await pool.query<{ role: PersonRole | null }>(
    `select c.role from certificate c join user_id u on u.user_id = c.user_id join party p on p.party_id = u.party_id
     where c.user_id = $1 and c.purpose = 'transport' and encode(c.fingerprint, 'hex') = $2
       and c.revoked_at is null and c.not_before <= $3 and c.not_after > $3 and u.status = 'active' and p.status = 'active'`,
    [userId, certificate, now()],
  );
  return rows[0]?.role ?? undefined;
}
