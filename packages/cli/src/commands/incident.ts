import {
  type IncidentChanges,
  type IncidentDocument,
  type IncidentQuery,
  type IncidentTeam,
  type IncidentUpdate,
  incidentAudiences,
  incidentStates,
  incidentTeams,
  type PenstockClient,
} from '@penstock/api';
import { Argument, type Command, Option } from 'commander';
import { localCommand, runLocally } from '../local-failure.ts';
import { printJson } from '../local-files.ts';
import { askServer, asksServer, printTable, type ServerOptions, userOf } from '../server.ts';

// `penstock incident`: what went wrong, as far as the certificate's User ID or the Operator follows it.

const LISTED = 50;
const SHOWN_UPDATES = 10;

function tell({ json }: ServerOptions, incident: IncidentDocument): number {
  if (json) printJson(incident);
  else console.log(`${incident.incident}: ${incident.state}, category ${incident.category}: ${incident.title}`);
  return 0;
}

interface ListOptions extends ServerOptions {
  readonly state?: IncidentQuery['state'];
  readonly category?: string;
  readonly team?: IncidentTeam;
  readonly missed?: boolean;
  readonly find?: string;
}

async function list(options: ListOptions): Promise<number> {
  const { state, category, team, missed, find } = options;
  const question = { ...userOf(options), state, category, team, find, limit: LISTED };
  return askServer(options, async (client) => {
    const page = await client.incidents(missed ? { ...question, missed: 'true' } : question);
    if (options.json) printJson(page);
    else {
      const rows = page.items.map((one) => [
        one.incident,
        one.state,
        String(one.category),
        one.openedAt,
        one.owner,
        one.assigned?.team ?? '',
        one.title,
      ]);
      printTable(['incident', 'state', 'category', 'opened', 'whose', 'with', 'title'], rows);
    }
    if (!options.json && page.cursor !== undefined) console.error('There are more: narrow the question.');
    return 0;
  });
}

const targetWords = (name: string, { by, at, isMissed }: IncidentDocument['response']) =>
  `${name} by ${by}: ${at === undefined ? 'not yet' : `at ${at}`}${isMissed ? ', missed' : ''}`;

function showLines(incident: IncidentDocument, changes: IncidentChanges, updates: readonly IncidentUpdate[]): string[] {
  const { assigned, words, closing, repeats } = incident;
  return [
    `${incident.incident}: ${incident.title}`,
    `${incident.state}, category ${incident.category}, of ${incident.owner}, opened at ${incident.openedAt} by ${incident.openedBy}`,
    ...(words === undefined ? [] : [words]),
    targetWords('taken up', incident.response),
    targetWords('resolved', incident.resolution),
    ...(assigned === undefined
      ? []
      : [`with ${assigned.team}${assigned.person === undefined ? '' : `, ${assigned.person}`}`]),
    ...(repeats === undefined ? [] : [`again what ${repeats} was`]),
    ...(closing === undefined ? [] : [`why: ${closing}`]),
    ...changes.overlaps.map((one, index) => `${index === 0 ? 'changes that could be why: ' : '  '}${one.words}`),
    ...updates.map(({ at, by, words: said }) => `${at}  ${by}: ${said}`),
    ...incident.next.map(({ to, needs }) => `next: ${to}${needs === undefined ? '' : `, with --${needs}`}`),
  ];
}

async function show(name: string, options: ServerOptions): Promise<number> {
  return askServer(options, async (client) => {
    const incident = await client.incident(name);
    const changes = await client.incidentChanges(name);
    const { items } = await client.incidentUpdates(name, { limit: SHOWN_UPDATES });
    if (options.json) printJson({ incident, changes, updates: items });
    else for (const line of showLines(incident, changes, items)) console.log(line);
    return 0;
  });
}

interface RaiseOptions extends ServerOptions {
  readonly words?: string;
  readonly category: string;
  readonly service: string[];
  readonly began?: string;
}

async function raise(title: string, options: RaiseOptions): Promise<number> {
  const { words, service: services, began: beganAt } = options;
  const category = Number(options.category) as IncidentDocument['category'];
  return askServer(options, async (client) => {
    const said = { title, category, words, beganAt, affected: { services } };
    const { incident } = await client.raiseIncident({ ...said, ...userOf(options) });
    return tell(options, incident);
  });
}

/** What is done to an incident as it stands: two who do it at once are told. */
const changing = (
  name: string,
  options: ServerOptions,
  change: (client: PenstockClient, version: number) => Promise<IncidentDocument>,
) =>
  runLocally(() =>
    askServer(options, async (client) => tell(options, await change(client, (await client.incident(name)).version))),
  );

const of = (name: string, description: string) => asksServer(localCommand(name).description(description));
const ofOne = (name: string, description: string) => of(name, description).argument('<incident>', 'such as INC-100001');
const categories = ['1', '2', '3', '4', '5'];

function readingCommands(): Command[] {
  return [
    of('list', 'the newest incidents that one follows')
      .addOption(new Option('--state <state>', 'in this state').choices([...incidentStates, 'active']))
      .addOption(new Option('--category <number>', 'of this category').choices(categories))
      .addOption(new Option('--team <team>', 'with this team of the Operator').choices(incidentTeams))
      .option('--missed', 'of which a target was missed')
      .option('--find <words>', 'with this in it')
      .action((options: ListOptions) => runLocally(() => list(options))),
    ofOne('show', 'one, with the changes that could be why and its last updates').action(
      (name: string, options: ServerOptions) => runLocally(() => show(name, options)),
    ),
  ];
}

function changingCommands(): Command[] {
  return [
    of('raise', 'raise an incident')
      .argument('<title>', 'in one line')
      .option('--words <words>', 'what happens')
      .addOption(new Option('--category <number>', 'from 1, the worst').choices(categories).default('4'))
      .option('--service <name>', 'that is affected; may be given again', (name, all: string[]) => [...all, name], [])
      .option('--began <time>', 'when it went wrong, such as 2026-11-22T08:00:00Z; now when it is left out')
      .action((title: string, options: RaiseOptions) => runLocally(() => raise(title, options))),
    ofOne('update', 'say something about it')
      .argument('<words>', 'what')
      .addOption(new Option('--for <audience>', 'who reads it').choices(incidentAudiences).default('readers'))
      .action((name: string, words: string, options: ServerOptions & { readonly for: IncidentUpdate['audience'] }) =>
        runLocally(() =>
          askServer(options, async (client) =>
            tell(options, await client.postIncidentUpdate(name, { words, audience: options.for })),
          ),
        ),
      ),
    ofOne('assign', 'give it to a team of the Operator')
      .addArgument(new Argument('<team>', 'which').choices(incidentTeams))
      .option('--person <email>', 'to this person of it')
      .action((name: string, team: IncidentTeam, options: ServerOptions & { readonly person?: string }) => {
        const { person } = options;
        const assigned = person === undefined ? { team } : { team, person };
        return changing(name, options, (client, version) => client.putIncident(name, { version, assigned }));
      }),
    ofOne('close', 'close it')
      .requiredOption('--closing <words>', 'why it came to be')
      .action((name: string, options: ServerOptions & { readonly closing: string }) =>
        changing(name, options, (client, version) =>
          client.moveIncident(name, { version, to: 'closed', closing: options.closing }),
        ),
      ),
    ofOne('reopen', 'open it again')
      .requiredOption('--why <words>', 'why')
      .action((name: string, options: ServerOptions & { readonly why: string }) =>
        changing(name, options, (client, version) =>
          client.moveIncident(name, { version, to: 'open', why: options.why }),
        ),
      ),
  ];
}

export function incidentCommand(): Command {
  const command = localCommand('incident').description(
    'what went wrong: follow it, raise it, see what could be why (docs/incidents.md)',
  );
  for (const one of [...readingCommands(), ...changingCommands()]) command.addCommand(one);
  return command;
}
