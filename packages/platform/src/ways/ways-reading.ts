// Everything about the ways as somebody sees it now: which are open and why, how they fare, and what all are to know.
import { type WaysDocument, wayNames } from '@penstock/api';
import type pg from 'pg';
import type { Viewer } from '../foundation/viewer.ts';
import { announcementsOf, ENDED_FOR_MS } from './announcements.ts';
import { readHealth } from './health-store.ts';
import { outageDocument, outageOf, readLateOutages } from './outages-store.ts';
import { begin, meanwhileOf, nameOfWay, standingOf } from './standing.ts';
import { readVersions } from './versions-store.ts';
import { readFacts } from './ways-store.ts';

export async function readWays(pool: pg.Pool, viewer: Viewer, now: Date): Promise<WaysDocument> {
  const [facts, versions, health, outages] = await Promise.all([
    readFacts(pool, now),
    readVersions(pool, viewer, now),
    readHealth(pool, viewer),
    readLateOutages(pool, new Date(now.getTime() - ENDED_FOR_MS)),
  ]);
  const meanwhile = meanwhileOf(facts);
  return {
    asOf: now.toISOString(),
    inForce: versions.inForce,
    planned: [...versions.planned],
    ways: wayNames.map((way) => {
      const { use, isOpen, sentence } = standingOf(way, facts);
      const { isSetUp = false, dependsOn = [] } = facts.find((one) => one.way === way) ?? {};
      return {
        way,
        name: begin(nameOfWay[way]),
        use,
        isSetUp,
        isOpen,
        sentence,
        dependsOn: [...dependsOn],
        health: health.get(way) ?? { failures: 0 },
      };
    }),
    usable: [...meanwhile.usable],
    outages: outages.filter(({ ended_at }) => ended_at === null).map((row) => outageDocument(row, viewer)),
    shared: meanwhile.shared,
    announcements: announcementsOf({
      now,
      outages: outages.map(outageOf),
      fallbacks: facts.filter(({ use, isSetUp }) => use === 'fallback' && isSetUp).map(({ way }) => way),
      preferred: facts.find(({ use }) => use === 'preferred')?.way ?? 'https',
      meanwhile,
      changes: versions.changes,
    }),
  };
}
