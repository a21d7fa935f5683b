/** For tests only: one small world, and certificates in a folder that is removed at the end. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareWorld, type World } from '../simulation.ts';

/** A Sunday morning, whole to the second. */
export const NOW = new Date('2026-11-22T10:00:00Z');

export async function withFolder<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'penstock-simulator-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Enough homes that every kind of request finds one. */
export function testWorld(folder: string, receivePort = 0): Promise<World> {
  return prepareWorld({ folder, seed: 'test', homes: 120, receivePort, now: NOW });
}
