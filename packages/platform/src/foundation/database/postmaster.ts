import { existsSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';

// What postmaster.pid and /proc say of the server of a folder.

/** A running process; a pid alone may have been given to another one since. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start time in clock ticks since boot, from /proc. */
  readonly started: string;
}

/** The process that has this pid now, or undefined when none has. */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // the name, in parentheses, may contain anything: count fields after it; Z is a dead process not yet waited for
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const started = fields[19];
    return started === undefined || fields[0] === 'Z' ? undefined : { pid, started };
  } catch {
    return undefined;
  }
}

export function isRunning(identity: ProcessIdentity): boolean {
  return identifyProcess(identity.pid)?.started === identity.started;
}

/**
 * The living server of a cluster folder, or undefined. A postmaster.pid whose pid belongs to something else (usual
 * after a container restarts, where pids are few), or to a dead process that nobody waits for, is removed: PostgreSQL
 * would take it for a server and refuse to start. It still checks by itself that nothing is left on its shared memory.
 */
export function findPostmaster(clusterFolder: string): ProcessIdentity | undefined {
  const file = join(clusterFolder, 'postmaster.pid');
  let pid: number;
  try {
    pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
  } catch {
    return undefined;
  }
  if (!existsSync(`/proc/${pid}`)) return undefined; // PostgreSQL sees that too, and takes the file over
  const identity = identifyProcess(pid);
  if (identity !== undefined && workingFolder(pid) === realpathSync(clusterFolder)) return identity;
  rmSync(file, { force: true });
  return undefined;
}

function workingFolder(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined; // another user's process, or a dead one: not our server
  }
}
