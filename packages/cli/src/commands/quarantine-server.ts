import { createWriteStream, renameSync, rmSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { PenstockClient } from '@penstock/api';
import type { Command } from 'commander';
import { exitCode, LocalFailure, localCommand, runLocally } from '../local-failure.ts';
import { printJson } from '../local-files.ts';
import { askServer, asksServer, printTable, type ServerOptions, userOf } from '../server.ts';
import { writeWhole } from '../sign-file.ts';

// `penstock quarantine list|notices|report|releases|release`: what the server holds, and how it is released.

const LISTED = 50;

async function list(options: ServerOptions): Promise<number> {
  return askServer(options, async (client) => {
    const page = await client.quarantineEvents({ ...userOf(options), limit: LISTED });
    if (options.json) printJson(page);
    else {
      const rows = page.items.map(({ event, state, held, undecided, deleted, lastAt, words }) => [
        event,
        state,
        String(held),
        String(undecided),
        String(deleted),
        lastAt,
        words,
      ]);
      printTable(['event', 'state', 'held', 'undecided', 'deleted', 'last', 'threshold'], rows);
    }
    return 0;
  });
}

async function notices(options: ServerOptions): Promise<number> {
  return askServer(options, async (client) => {
    const page = await client.notices({ ...userOf(options), limit: LISTED });
    if (options.json) printJson(page);
    else {
      const rows = page.items.map(({ at, kind, about, words }) => [at, kind, about, words]);
      printTable(['at', 'kind', 'about', 'notice'], rows);
    }
    return 0;
  });
}

/** Progress goes to standard error when that is a terminal. */
async function* told(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let count = 0;
  for await (const chunk of bytes) {
    count += chunk.length;
    if (process.stderr.isTTY === true) process.stderr.write(`\r${(count / 1e6).toFixed(1)} MB`);
    yield chunk;
  }
  if (process.stderr.isTTY === true) process.stderr.write('\r\u001b[K');
}

async function report(event: string, options: ServerOptions & { readonly out: string }): Promise<number> {
  const temporary = `${options.out}.${process.pid}.tmp`;
  return askServer(options, async (client) => {
    try {
      const { bytes, signature } = await client.report(event, userOf(options));
      await pipeline(told(bytes), createWriteStream(temporary, { flags: 'wx' }));
      renameSync(temporary, options.out);
      if (signature !== undefined) writeWhole(`${options.out}.p7s`, signature);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
    if (options.json) printJson({ event, out: options.out });
    else console.log(`${options.out}: what event ${event} holds and nobody decided on`);
    return 0;
  });
}

type Release = Awaited<ReturnType<PenstockClient['releases']>>['items'][number];

function printReleases(releases: readonly Release[]): void {
  const rows = releases.map(({ startedAt, state, decided, sent, deleted, refused, rate, pausedBy, submission }) => [
    startedAt,
    pausedBy === undefined ? state : `${state} by ${pausedBy}`,
    String(decided),
    String(sent),
    String(deleted),
    String(refused),
    rate === undefined ? '' : `${rate}/s`,
    submission,
  ]);
  printTable(['started', 'state', 'decided', 'sent', 'deleted', 'refused', 'rate', 'action file'], rows);
}

async function releases(options: ServerOptions): Promise<number> {
  return askServer(options, async (client) => {
    const page = await client.releases({ ...userOf(options), limit: LISTED });
    if (options.json) printJson(page);
    else printReleases(page.items);
    return 0;
  });
}

interface ReleaseOptions extends ServerOptions {
  readonly pause?: boolean;
  readonly resume?: boolean;
  readonly rate?: string;
}

function changeOf({ pause, resume, rate }: ReleaseOptions): Parameters<PenstockClient['postRelease']>[1] {
  const isRate = rate === undefined || rate === 'none' || /^[1-9][0-9]{0,6}$/.test(rate);
  if ((pause === true && resume === true) || !isRate || (!pause && !resume && rate === undefined)) {
    throw new LocalFailure(
      exitCode.usage,
      'say what is changed',
      'Give --pause or --resume, or --rate with messages a second (or none), or both.',
    );
  }
  return {
    ...(pause || resume ? { state: pause ? 'paused' : 'running' } : {}),
    ...(rate === undefined ? {} : { rate: rate === 'none' ? null : Number(rate) }),
  };
}

async function release(submission: string, options: ReleaseOptions): Promise<number> {
  const change = changeOf(options);
  return askServer(options, async (client) => {
    const changed = await client.postRelease(submission, change, userOf(options));
    if (options.json) printJson(changed);
    else printReleases([changed]);
    return 0;
  });
}

/** The subcommands of `penstock quarantine` that ask the server. */
export function quarantineServerCommands(): Command[] {
  return [
    asksServer(localCommand('list').description('list the quarantine events, newest first')).action(
      (options: ServerOptions) => runLocally(() => list(options)),
    ),
    asksServer(localCommand('notices').description('list what the officers are told, newest first')).action(
      (options: ServerOptions) => runLocally(() => notices(options)),
    ),
    asksServer(
      localCommand('report').description(
        "fetch the report of what an event holds, and the Operator's signature beside it",
      ),
    )
      .argument('<event>', 'the reference of the event')
      .requiredOption('--out <file>', 'where the report goes')
      .action((event: string, options: ServerOptions & { readonly out: string }) =>
        runLocally(() => report(event, options)),
      ),
    asksServer(localCommand('releases').description('list the releases, newest first')).action(
      (options: ServerOptions) => runLocally(() => releases(options)),
    ),
    asksServer(localCommand('release').description('pause a release, let it go on, or set its rate'))
      .argument('<sha256>', 'the SHA-256 of the action file')
      .option('--pause', 'stop after the messages under way')
      .option('--resume', 'go on')
      .option('--rate <number>', 'messages a second, or none for as fast as it goes')
      .action((submission: string, options: ReleaseOptions) => runLocally(() => release(submission, options))),
  ];
}
