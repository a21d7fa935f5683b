import { prepareWorld, USERS, type World } from '@penstock/simulator';

/** The simulated network of a bench, the same for each of its processes. */
export interface WorldTask {
  /** Where certificates and import files are. */
  readonly folder: string;
  readonly seed: string;
  readonly homes: number;
  /** ISO 8601. */
  readonly now: string;
  /** First port of the receive services of Users that are pushed to; 0: all Users pull. */
  readonly receivePort: number;
}

/** Makes the world, or finds the one made before in the folder. */
export function openWorld({ folder, seed, homes, now, receivePort }: WorldTask): Promise<World> {
  const users = receivePort === 0 ? USERS.map((user) => ({ ...user, delivery: 'pull' as const })) : USERS;
  return prepareWorld({ folder, seed, homes, users, receivePort, now: new Date(now) });
}
