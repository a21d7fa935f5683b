import { createReadStream, createWriteStream, readFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import {
  type ChangeQuery,
  type ChangeState,
  type changeContentSchema,
  changeKinds,
  changeStates,
  type PenstockClient,
  type SavedChange,
} from '@penstock/api';
import { Argument, type Command, Option } from 'commander';
import { z } from 'zod';
import { exitCode, LocalFailure, localCommand, runLocally } from '../local-failure.ts';
import { printJson } from '../local-files.ts';
import { askServer, asksServer, printTable, type ServerOptions, tell, userOf } from '../server.ts';
import { attachmentCommands } from './change-attachments.ts';
import { talkCommands } from './change-talk.ts';
import {
  changeCells,
  changeHeadings,
  findingLines,
  savedLines,
  timesOf,
  trafficLines,
  viewLines,
} from './change-words.ts';

// `penstock change`: what is planned, and one's own changes, with the rights of the certificate.

type Content = z.input<typeof changeContentSchema>;

interface ListOptions extends ServerOptions {
  readonly from?: string;
  readonly to?: string;
  readonly kind?: ChangeQuery['kind'];
  readonly state?: ChangeState;
  readonly service?: string;
  readonly srv?: string;
  readonly find?: string;
  readonly mine?: boolean;
}
const LISTED = 200;

async function list(options: ListOptions): Promise<number> {
  const { from, to, kind, state, service, srv, find, mine } = options;
  return askServer(options, async ({ changes }) => {
    const asked = { from, to, kind, state, service, srv, find, limit: LISTED };
    const page = await changes.list(mine ? { ...asked, mine: 'true' } : asked);
    if (options.json) printJson(page);
    else printTable(changeHeadings, page.items.map(changeCells));
    if (!options.json && page.cursor !== undefined) console.error('There are more: narrow the question.');
    return 0;
  });
}

/** A file as JSON; `-` is standard input. */
function readJson(path: string): unknown {
  const text = readFileSync(path === '-' ? process.stdin.fd : path, 'utf8');
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new LocalFailure(
      exitCode.faults,
      `${path} is no JSON: ${error.message}`,
      'Correct it, or begin with `show --json`.',
    );
  }
}

const fileSchema = z.looseObject({ version: z.int().optional(), content: z.looseObject({}) });

/** What a file says: a change as `show --json` tells it, or its content alone. The server checks what it holds. */
function readContent(path: string): { content: Content; version: number | undefined } {
  const read = readJson(path);
  const whole = fileSchema.safeParse(read).data ?? { version: undefined, content: read };
  return { content: whole.content as Content, version: whole.version };
}

const saving = (options: ServerOptions, save: (changes: PenstockClient['changes']) => Promise<SavedChange>) =>
  askServer(options, async ({ changes }) => tell(options, await save(changes), savedLines));

async function create(path: string, options: ServerOptions & { readonly template?: boolean }): Promise<number> {
  const { content } = readContent(path);
  const template = options.template ? { isTemplate: true as const } : {};
  return saving(options, (changes) => changes.create({ content, ...userOf(options), ...template }));
}

interface SaveOptions extends ServerOptions {
  readonly why?: string;
  readonly version?: string;
}
const whyOf = ({ why }: SaveOptions) => (why === undefined ? {} : { why });
function versionOf({ version }: SaveOptions): number | undefined {
  if (version === undefined || /^[1-9]\d{0,3}$/.test(version))
    return version === undefined ? undefined : Number(version);
  throw new LocalFailure(exitCode.usage, `--version ${version} is none`, 'Give the number that `show` tells.');
}

async function edit(change: string, path: string, options: SaveOptions): Promise<number> {
  const read = readContent(path);
  const version = versionOf(options) ?? read.version;
  if (version === undefined) {
    throw new LocalFailure(
      exitCode.usage,
      `${path} does not say which version was edited`,
      'Give --version, or edit what `penstock change show --json` tells.',
    );
  }
  return saving(options, (changes) => changes.edit(change, { version, content: read.content, ...whyOf(options) }));
}

async function move(change: string, to: ChangeState, options: SaveOptions): Promise<number> {
  return saving(options, async (changes) => {
    const version = versionOf(options) ?? (await lastVersion(changes, change));
    return changes.move(change, { version, to, ...whyOf(options) });
  });
}

async function lastVersion(changes: PenstockClient['changes'], change: string): Promise<number> {
  const view = await changes.one(change);
  if (view.see === 'whole') return view.version;
  throw new LocalFailure(exitCode.refused, `${change} is not yours`, 'Its owner moves it, and nobody else.');
}

async function clashes(change: string | undefined, options: ListOptions): Promise<number> {
  return askServer(options, async ({ changes }) => {
    if (change !== undefined) return tell(options, await changes.findings(change), findingLines);
    const { from, to } = options;
    return tell(options, await changes.clashes({ from, to }), ({ items, isCut }) => [
      ...items.flatMap((one) => [
        `${one.change}: ${one.title}`,
        ...findingLines({ clashes: one.clashes, warnings: [] }).map((line) => `  ${line}`),
      ]),
      ...(items.length === 0 ? ['There are no clashes.'] : []),
      ...(isCut ? ['There are more: ask for a shorter time with --from and --to.'] : []),
    ]);
  });
}

async function schedule(month: string, options: ServerOptions & { readonly out?: string }): Promise<number> {
  const { out } = options;
  return askServer(options, async ({ changes }) => {
    if (out !== undefined) {
      const { bytes } = await changes.scheduleFile(month);
      await pipeline(bytes, createWriteStream(out));
      return tell(options, { month, out }, () => [`${out}: Planned Maintenance of ${month}`]);
    }
    return tell(options, await changes.schedule(month), ({ words, items }) => [
      words,
      ...items.flatMap(({ title, activity, disrupted, times, riskToReturn }) => [
        '',
        title,
        ...times.map((one) => `  ${timesOf(one)} (${one.words})`),
        `  the activity: ${activity}`,
        `  disrupted or at Material Risk: ${disrupted}`,
        `  the risk to the return of normal service: ${riskToReturn}`,
      ]),
    ]);
  });
}

async function intake(path: string, options: ServerOptions): Promise<number> {
  return askServer(options, async ({ changes }) =>
    tell(options, await changes.intake(createReadStream(path), userOf(options)), (made) => [
      `${path}: ${made.changes.length} drafts`,
      ...made.changes,
    ]),
  );
}

const of = (name: string, description: string) => asksServer(localCommand(name).description(description));
const ofOne = (name: string, description: string) => of(name, description).argument('<change>', 'which');
const times = (command: Command) =>
  command
    .option('--from <time>', 'not over at this instant, such as 2026-12-01T00:00:00Z')
    .option('--to <time>', 'begun before this instant');
const saves = (command: Command) =>
  command
    .option('--why <words>', 'why, for its history')
    .option('--version <number>', 'the version that was seen, so that nobody else’s save is lost');

function ownCommands(): Command[] {
  const state = new Argument('<state>', 'where').choices(changeStates.filter((each) => each !== 'template'));
  const file = 'its content as JSON, or a change as `show --json` tells it; - for standard input';
  return [
    of('create', 'make a draft')
      .argument('<file>', file)
      .option('--template', 'make a template, which is copied and never moves')
      .action((path: string, options: ServerOptions) => runLocally(() => create(path, options))),
    saves(ofOne('edit', 'save an edit').argument('<file>', file)).action(
      (change: string, path: string, options: SaveOptions) => runLocally(() => edit(change, path, options)),
    ),
    saves(ofOne('move', 'bring it into another state').addArgument(state)).action(
      (change: string, to: ChangeState, options: SaveOptions) => runLocally(() => move(change, to, options)),
    ),
    ofOne('copy', 'make a draft with what it says').action((change: string, options: ServerOptions) =>
      runLocally(() => saving(options, (changes) => changes.copy(change))),
    ),
    of('intake', 'make drafts from a CSV file, all or none (docs/changes.md has its columns)')
      .argument('<file>', 'the CSV file')
      .action((path: string, options: ServerOptions) => runLocally(() => intake(path, options))),
  ];
}

export function changeCommand(): Command {
  const command = localCommand('change')
    .description('what is planned, by whom and when; changes of one’s own (docs/changes.md)')
    .addCommand(
      times(of('list', 'changes in the order in which they begin, as far as their owners share them'))
        .addOption(new Option('--kind <kind>', 'of this kind').choices(changeKinds))
        .addOption(new Option('--state <state>', 'in this state').choices(changeStates))
        .option('--service <name>', 'on this service')
        .option('--srv <srv>', 'on this service request variant')
        .option('--find <words>', 'with this in their title or description')
        .option('--mine', 'only one’s own')
        .action((options: ListOptions) => runLocally(() => list(options))),
    )
    .addCommand(
      ofOne('show', 'one change').action((change: string, options: ServerOptions) =>
        runLocally(() =>
          askServer(options, async ({ changes }) => tell(options, await changes.one(change), viewLines)),
        ),
      ),
    )
    .addCommand(
      times(
        of('clashes', 'what speaks against a change; without one, all clashes of one’s own').argument('[change]'),
      ).action((change: string | undefined, options: ListOptions) => runLocally(() => clashes(change, options))),
    )
    .addCommand(
      ofOne('slots', 'the next free times').action((change: string, options: ServerOptions) =>
        runLocally(() =>
          askServer(options, async ({ changes }) =>
            tell(options, await changes.slots(change), ({ words, items }) => [
              words,
              ...items.map(({ occurrences }) => `  ${occurrences.map(timesOf).join('; ')}`),
            ]),
          ),
        ),
      ),
    )
    .addCommand(
      ofOne('traffic', 'what it declares, against thresholds before and against what came after').action(
        (change: string, options: ServerOptions) =>
          runLocally(() =>
            askServer(options, async ({ changes }) => tell(options, await changes.traffic(change), trafficLines)),
          ),
      ),
    )
    .addCommand(
      of('schedule', 'Planned Maintenance of a month')
        .argument('<month>', 'such as 2026-12')
        .option('--out <file>', 'write it as CSV')
        .action((month: string, options: ServerOptions) => runLocally(() => schedule(month, options))),
    );
  for (const one of [...ownCommands(), ...talkCommands(), ...attachmentCommands()]) command.addCommand(one);
  return command;
}
