import { chmodSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * What a bench made and must take away again, whichever way it ends: processes first, then folders. Run in the
 * opposite order of registration.
 */
const tasks: { readonly what: string; readonly run: () => Promise<void> | void }[] = [];

export function atEnd(what: string, run: () => Promise<void> | void): void {
  tasks.push({ what, run });
}

/** What a person needs to see when the bench fails, before all of it is taken away. */
const accounts: (() => string)[] = [];

export function onFailure(account: () => string): void {
  accounts.push(account);
}

export function failureAccounts(): string {
  return accounts.map((account) => account()).join('\n');
}

export async function cleanUp(): Promise<void> {
  for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) {
    try {
      await task.run();
    } catch (error) {
      console.error(`${task.what} failed: ${error instanceof Error ? error.message : String(error)}`);
      process.exitCode = 1;
    }
  }
}

/**
 * A new folder that is removed at the end. Other users may enter it: PostgreSQL runs as one of its own when the bench
 * runs as root, and keeps its data there closed.
 */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-bench-'));
  chmodSync(folder, 0o755);
  atEnd(`removing ${folder}`, () => rmSync(folder, { recursive: true, force: true }));
  return realpathSync(folder);
}
