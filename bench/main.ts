import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { audit } from './audit/audit.ts';
import { changes } from './changes/changes.ts';
import { files } from './files/files.ts';
import { cleanUp, failureAccounts } from './harness/cleanup.ts';
import type { BenchOptions } from './harness/options.ts';
import { summariseProfiles } from './harness/profile.ts';
import { type BenchResult, tableOf } from './harness/result.ts';
import { intake } from './intake/intake.ts';
import { isolation } from './isolation/isolation.ts';
import { recovery } from './recovery/recovery.ts';
import { release } from './release/release.ts';
import { screening } from './screening/screening.ts';

/** `npm run bench -- NAME [--json] ...`: measures, prints, and takes away what it made. See docs/benchmarks.md. */

const benches: ReadonlyMap<string, (options: BenchOptions) => Promise<BenchResult>> = new Map([
  ['intake', intake],
  ['isolation', isolation],
  ['recovery', recovery],
  ['files', files],
  ['screening', screening],
  ['release', release],
  ['audit', audit],
  ['changes', changes],
]);

const usage = `npm run bench -- NAME [options]
  NAME               ${[...benches.keys()].join(', ')}
  --json             print the result as one line of JSON
  --quick            a short run, for seeing that it works
  --rows N           audit: rows of the record
  --keep FOLDER      audit: leave the filled databases there; the next run with it asks them and fills nothing
  --no-peer          audit: leave the peer out, which is installed for the run
  --rounds N         recovery: kills of each kind; isolation: pairs of phases
  --profile FOLDER   write CPU profiles of the platform there, and print where its time went`;

function readArguments(): { name: string; json: boolean; options: BenchOptions } | undefined {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      rows: { type: 'string' },
      keep: { type: 'string' },
      'no-peer': { type: 'boolean', default: false },
      rounds: { type: 'string' },
      profile: { type: 'string' },
    },
  });
  const [name = '', ...others] = positionals;
  const numberOf = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));
  const [rounds, rows] = [numberOf(values.rounds), numberOf(values.rows)];
  const isWrong = [rounds, rows].some((number) => number !== undefined && !(Number.isInteger(number) && number > 0));
  if (!benches.has(name) || others.length > 0 || isWrong) return undefined;
  const folderOf = (text: string | undefined): string | undefined => (text === undefined ? undefined : resolve(text));
  const [profileFolder, keepFolder] = [folderOf(values.profile), folderOf(values.keep)];
  return {
    name,
    json: values.json,
    options: { quick: values.quick, withoutPeer: values['no-peer'], rounds, rows, keepFolder, profileFolder },
  };
}

async function run(name: string, json: boolean, options: BenchOptions): Promise<void> {
  const result = await benches.get(name)?.(options);
  if (result !== undefined) process.stdout.write(`${json ? JSON.stringify(result) : tableOf(result)}\n`);
}

function fail(error: unknown): void {
  console.error(error instanceof Error ? error.stack : String(error));
  console.error(failureAccounts());
  process.exitCode = 1;
}

const asked = readArguments();
if (asked === undefined) {
  console.error(usage);
  process.exitCode = 2;
} else {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      void cleanUp().then(() => process.exit(1));
    });
  }
  // what fails where nobody waits for it ends the bench as well, and nothing is left behind
  process.once('uncaughtException', (error) => {
    fail(error);
    void cleanUp().then(() => process.exit());
  });
  try {
    await run(asked.name, asked.json, asked.options);
  } catch (error) {
    fail(error);
  }
  await cleanUp();
  const { profileFolder } = asked.options;
  if (profileFolder !== undefined) console.error(summariseProfiles(profileFolder));
  // a bench that failed may have left sockets open
  process.exit();
}
