/** The texts of files, and what they did to the database. */
import { createHash } from 'node:crypto';
import type pg from 'pg';
import { event } from '../quarantine/testing-quarantine.ts';
import { userA } from './testing-submissions.ts';

const adtHeader = 'adt-file/1,user_id,services,direction,period,warning,quarantine,from,to,reference';
export const adt = (...rows: string[]) => `${[adtHeader, ...rows].join('\n')}\n`;
export const threshold = (quarantine: number, userId: string = userA) =>
  `threshold,${userId},4.1.1,sent,PT1H,,${quarantine},,,`;
const actionsHeader = 'quarantine-actions/1,event,message_id,sha256,action,reason';
export const meter = '00-DB-12-34-56-78-90-A0';
export const actions = (...counters: number[]) =>
  `${[actionsHeader, ...counters.map((n) => `action,${event},${userA}:${meter}:${n},,process,checked`)].join('\n')}\n`;
export const limits = (...rows: string[]) =>
  `${['attribute-limits/1,attribute,minimum,maximum,from,to,reference', ...rows].join('\n')}\n`;
export const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest('hex');

/** The quarantine numbers in force, with whose they are. */
export async function inForce(pool: pg.Pool): Promise<[string, number][]> {
  const { rows } = await pool.query<{ user_id: string; quarantine: number }>(
    `select t.user_id::text, b.quarantine::integer as quarantine
     from threshold t join threshold_version v using (threshold_id) join threshold_bound b using (threshold_id, version)
     where v.ended_at is null order by 1, 2`,
  );
  return rows.map(({ user_id, quarantine }) => [user_id, quarantine]);
}

/** Pieces of files that are stored. */
export async function chunks(pool: pg.Pool): Promise<number> {
  return (await pool.query('select from submission_chunk')).rowCount ?? -1;
}
