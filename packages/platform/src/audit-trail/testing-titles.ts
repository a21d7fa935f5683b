import type pg from 'pg';
import { readSealer } from '../foundation/sealed.ts';
import { createTitleStore, type TitleStore } from './title-store.ts';

/** Titles as the platform has them, at a time of its own. */
export function testTitles(pool: pg.Pool, now = new Date('2026-11-22T12:00:00Z'), logDays = 92): TitleStore {
  return createTitleStore({ pool, now: () => now, logDays, sealer: () => readSealer(pool) });
}
