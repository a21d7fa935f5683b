// Links that are good once. A link has 256 random bits, of which only the SHA-256 is kept; it is good for 72 hours.
import { randomBytes } from 'node:crypto';
import type { PersonRole } from '@penstock/api';
import type pg from 'pg';
import { linkDigest } from './acceptance.ts';

const GOOD_FOR_MILLISECONDS = 72 * 3600 * 1000;

export interface Link {
  readonly invitationId: string;
  readonly token: string;
  readonly expiresAt: Date;
}

interface NewLink {
  readonly kind: 'invitation' | 'recovery';
  readonly email: string;
  readonly name: string;
  readonly acting?: string;
  readonly role?: PersonRole;
  readonly madeBy: string | undefined;
  /** For whom its maker acted: a User ID, or 'operator'. */
  readonly madeAs: string;
  readonly now: Date;
}

/** A new link makes the older ones of the same person and the same place void. */
export async function makeLink(client: pg.PoolClient, link: NewLink): Promise<Link> {
  const { kind, email, name, acting, role, madeBy, madeAs, now } = link;
  const token = randomBytes(32).toString('base64url');
  const expiresAt = new Date(now.getTime() + GOOD_FOR_MILLISECONDS);
  await client.query(
    `update invitation set withdrawn_at = $1
     where email = $2 and acting is not distinct from $3 and kind = $4 and used_at is null and withdrawn_at is null`,
    [now, email, acting, kind],
  );
  const { rows } = await client.query<{ invitation_id: string }>(
    `insert into invitation (token_sha256, kind, email, name, acting, role, made_by, made_as, made_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning invitation_id`,
    [linkDigest(token), kind, email, name, acting, role, madeBy, madeAs, now, expiresAt],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('a link that was made is gone');
  return { invitationId: row.invitation_id, token, expiresAt };
}

/** The address of a link. The secret is behind the #, which browsers do not send: it stands in no log of a server. */
export function linkOf(
  origin: string | undefined,
  { token, expiresAt, awaitsApproval = false }: Omit<Link, 'invitationId'> & { readonly awaitsApproval?: boolean },
): { link: string; expiresAt: string; awaitsApproval?: boolean } {
  const link = `${origin}/invitation#${token}`;
  return { link, expiresAt: expiresAt.toISOString(), ...(awaitsApproval ? { awaitsApproval } : {}) };
}
