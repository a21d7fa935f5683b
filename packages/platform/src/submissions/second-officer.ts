// Who may sign beside those who signed, of files that wait for it.
import type { SubmissionDocument } from '@penstock/api';
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import { asViewerOf } from '../foundation/viewing.ts';
import { listContacts, readOfficerPolicy } from '../parties/officers-store.ts';
import { secondsOf } from './submission.ts';

/** The documents of one User, those that wait for a second officer with who that may be. */
export async function withSecondOfficers<Document extends SubmissionDocument>(
  pool: pg.Pool,
  userId: Eui,
  documents: readonly Document[],
): Promise<Document[]> {
  const waiting = documents.filter(({ state }) => state === 'awaiting_second_officer');
  if (waiting.length === 0) return [...documents];
  const { rows } = await asViewerOf(pool, [userId], (client) =>
    client.query<{ sha256: string; name: string; email: string }>(
      `select distinct on (g.sha256, lower(g.email)) encode(g.sha256, 'hex') as sha256, g.name, g.email
       from unnest($2::text[]) as w (hex)
       join submission s on s.user_id = $1 and s.sha256 = decode(w.hex, 'hex')
       join submission_signature g on g.user_id = s.user_id and g.sha256 = s.sha256
       where g.verdict = 'valid'
         and (s.withdrawn_at is null or g.received_at > s.withdrawn_at)
       order by g.sha256, lower(g.email), g.received_at`,
      [userId, waiting.map(({ sha256 }) => sha256)],
    ),
  );
  const [contacts, policy] = await Promise.all([listContacts(pool, userId), readOfficerPolicy(pool, userId)]);
  return documents.map((document) => {
    if (document.state !== 'awaiting_second_officer') return document;
    const signed = rows.filter(({ sha256 }) => sha256 === document.sha256).map(({ name, email }) => ({ name, email }));
    return { ...document, secondOfficer: { signed, mayBe: secondsOf(contacts, signed, policy) } };
  });
}
