// How a person wants to be told of notices, for one of those for whom it acts. Each person's own, and nobody else's to see.
import { type NoticeChoice, type NoticeKind, noticeKinds } from '@penstock/api';
import type pg from 'pg';
import { PenstockError } from '../foundation/errors.ts';
import { actingOfViewer, type Viewer } from '../foundation/viewer.ts';

interface ChoiceRow {
  readonly kind: string;
  readonly in_portal: boolean;
  readonly by_email: boolean;
}

/** @throws PenstockError 'access.denied' for a machine */
function ownerOf(viewer: Viewer) {
  const { person } = viewer;
  if (person === undefined) {
    throw new PenstockError('access.denied', { detail: 'a machine is told by webhooks, and has no choices' });
  }
  return { ...person, acting: actingOfViewer(viewer) };
}

export async function listChoices(pool: pg.Pool, viewer: Viewer): Promise<{ items: NoticeChoice[]; email: string }> {
  const { personId, acting, email } = ownerOf(viewer);
  const { rows } = await pool.query<ChoiceRow>(
    'select kind, in_portal, by_email from notice_choice where person_id = $1 and acting = $2',
    [personId, acting],
  );
  const items = noticeKinds.map((kind) => {
    const row = rows.find((each) => each.kind === kind);
    return { kind, inPortal: row?.in_portal ?? true, byEmail: row?.by_email ?? false };
  });
  return { items, email };
}

/** What is told by e-mail is what comes from now on. */
export async function setChoice(
  pool: pg.Pool,
  viewer: Viewer,
  { kind, inPortal, byEmail }: NoticeChoice,
  now: Date,
): Promise<void> {
  const { personId, acting } = ownerOf(viewer);
  await pool.query(
    `insert into notice_choice as c values ($1, $2, $3, $4, $5, $6)
     on conflict (person_id, acting, kind) do update
     set in_portal = excluded.in_portal, by_email = excluded.by_email,
         set_at = case when c.by_email then c.set_at else excluded.set_at end`,
    [personId, acting, kind, inPortal, byEmail, now],
  );
}

/** The kinds that do not count as unread for a reader of a User ID's notices. */
export async function mutedKinds(
  pool: pg.Pool,
  { userId, reader }: { readonly userId: string; readonly reader: string },
): Promise<NoticeKind[]> {
  const { rows } = await pool.query<{ kind: NoticeKind }>(
    'select kind from notice_choice where person_id = $1 and acting = $2 and not in_portal',
    [reader, userId],
  );
  return rows.map(({ kind }) => kind);
}
