// The record of what was done about sign-in and rights, and about all by which somebody or something may act: who, for whom,
// what, when, from where. Rows are only added.
//
// What always holds: a change is recorded by the transaction that makes it, with its author; a store that changes something
// takes the author, and there is no way to call it without one.
import type { ActivityCode, authorRoleSchema, PersonRole } from '@penstock/api';
import type pg from 'pg';
import type { z } from 'zod';

/** Who does something: a person, a machine, or whoever has the machine that the platform runs on. */
export interface Author {
  /** A person's address, the SHA-256 of a machine's certificate, or the name of a user of the operating system. */
  readonly name: string;
  readonly role: z.infer<typeof authorRoleSchema>;
  /** Of a machine: as which its certificate is registered. */
  readonly machineRole?: PersonRole | undefined;
  /** For whom: a User ID, or 'operator'. */
  readonly acting: string;
  /** The network address; undefined at the console. */
  readonly address: string | undefined;
}

/** What was changed. It names no secret, and nothing of a person that the list of what was changed does not show. */
export interface RecordedChange {
  readonly what: ActivityCode;
  /** Of which User ID, or of the Operator; undefined: of a Party as a whole. */
  readonly acting?: string;
  readonly partyId?: string;
  /** The fingerprint of what was registered or revoked. */
  readonly subject?: string;
  /** In words; of what was there before, with what it was. */
  readonly detail: string;
  /** The User is told by a notice, in these words. */
  readonly told?: string;
}

/** Nobody reads more of one change. */
const MOST_DETAIL = 1_000;

const cut = (words: string): string => (words.length > MOST_DETAIL ? `${words.slice(0, MOST_DETAIL)} ...` : words);

const RECORD_SQL = `
  insert into people_activity (what, acting, party_id, subject, detail, author, author_role, author_acting, address)
  select what, acting, party_id, subject, detail, $6, $7, $8, $9
  from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) c (what, acting, party_id, subject, detail)`;

// a User ID for which nobody acts yet is being set up: nobody would read it, and all of it stands in the record
const TELL_SQL = `
  insert into notice (user_id, noticed_at, kind, about, words, count)
  select c.acting::macaddr8, clock_timestamp(), 'access', gen_random_uuid()::text, c.words, 0
  from unnest($1::text[], $2::text[]) c (acting, words)
  where exists (select from person_role r where r.acting = c.acting)`;

/** Records what the caller's transaction changes; all of it is one author's. */
export async function recordChanges(
  client: pg.PoolClient,
  author: Author,
  changes: readonly RecordedChange[],
): Promise<void> {
  if (changes.length === 0) return;
  await client.query(RECORD_SQL, [
    changes.map(({ what }) => what),
    changes.map(({ acting }) => acting),
    changes.map(({ partyId }) => partyId),
    changes.map(({ subject }) => subject),
    changes.map(({ detail }) => cut(detail)),
    author.name,
    author.role,
    author.acting,
    author.address,
  ]);
  // whoever did it to itself knows
  const news = changes.flatMap(({ acting, told }) =>
    told === undefined || acting === author.acting ? [] : [{ acting, words: cut(told) }],
  );
  if (news.length === 0) return;
  await client.query(TELL_SQL, [news.map(({ acting }) => acting), news.map(({ words }) => words)]);
}

/** What differs, in words: `name: Alpha -> Alpha Energy; kind: other -> ED`. What was not there before is `none`. */
export function differenceWords(
  fields: Readonly<Record<string, readonly [before: string | null | undefined, after: string | null | undefined]>>,
): string {
  return Object.entries(fields)
    .filter(([, [before, after]]) => (before ?? '') !== (after ?? ''))
    .map(([name, [before, after]]) => `${name}: ${before || 'none'} -> ${after || 'none'}`)
    .join('; ');
}
