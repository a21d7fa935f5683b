// What a User is told by notice of a file that a way could not take in, in the transaction that writes the reason down.
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import { nameOfWay, type Way } from '../ways/standing.ts';
import { type Lying, told } from './pairing.ts';
import type { Refused } from './take-group.ts';

/** In an hour, of a way: whoever puts the same again and again would else bury its other notices. Each has its document. */
const MOST_NOTICES = 20;

export interface NotTakenNotice {
  readonly userId: Eui;
  readonly way: Way;
  readonly refused: readonly Refused<Lying>[];
}

export async function tellNotTaken(client: pg.PoolClient, { userId, way, refused }: NotTakenNotice): Promise<void> {
  const lying = refused.map(({ file, refusal }) => ({ ...file, refusal }));
  for (const { name, refusal } of told(lying)) {
    await client.query(
      `insert into notice (user_id, noticed_at, kind, about, words, count)
       select $1, clock_timestamp(), 'delivery', $2, $3, 0
       where (select count(*) from notice
              where user_id = $1 and kind = 'delivery' and about = $2
                and noticed_at > clock_timestamp() - interval '1 hour') < $4`,
      [userId, way, `${shown(name)} was not taken in by ${nameOfWay[way]}: ${refusal.detail}`, MOST_NOTICES],
    );
  }
}

/** A library lets names have anything. */
function shown(name: string): string {
  return name.replaceAll(/[\p{Cc}\p{Cf}]/gu, '').slice(0, 200);
}
