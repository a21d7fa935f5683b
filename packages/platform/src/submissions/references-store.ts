// The SQL of service requests that the intake raised.
import type { Eui } from '@penstock/duis';
import type pg from 'pg';

/** What a raised service request says of the file that it was raised for. */
export interface RaisedParts {
  readonly reference: string;
  /** Of receipt, UTC: YYYYMMDD. */
  readonly day: string;
  /** Of the SHA-256: ten hex digits. */
  readonly beginning: string;
}

/** The greatest SHA-256 with a beginning of five bytes has these after it. */
const GREATEST_REST = Buffer.alloc(27, 0xff);

/**
 * Those that were raised for a User, of some: a file that names its own was given none. Each is found in the key of
 * submissions, by the beginning of a SHA-256.
 */
export async function readRaised(
  client: pg.PoolClient,
  userId: Eui,
  asked: readonly RaisedParts[],
): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ reference: string }>(
    `select a.reference
     from unnest($2::text[], $3::text[], $4::bytea[]) as a(reference, day, beginning)
     where exists (select from submission s
                   where s.user_id = $1 and s.sha256 between a.beginning and a.beginning || $5::bytea
                     and to_char(s.received_at at time zone 'UTC', 'YYYYMMDD') = a.day
                     and s.named_references is null)`,
    [
      userId,
      asked.map(({ reference }) => reference),
      asked.map(({ day }) => day),
      asked.map(({ beginning }) => Buffer.from(beginning, 'hex')),
      GREATEST_REST,
    ],
  );
  return new Set(rows.map(({ reference }) => reference));
}
