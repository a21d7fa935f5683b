import { createInterface } from 'node:readline';
import { type Eui, parseEui } from '@penstock/duis';
import { Command, InvalidArgumentError } from 'commander';
import { type IncidentName, type IncidentSettings, incidentNames } from './incidents.ts';
import { prepareWorld, Simulation } from './simulation.ts';

/**
 * The simulation as a process of its own. It says what it does in JSON lines on stdout and takes commands in JSON lines
 * on stdin; it ends on SIGTERM, SIGINT, `{"command":"stop"}` or the end of stdin.
 *
 * Out: {"event":"prepared",...}, {"event":"running"}, {"event":"state",...}, {"event":"incident",...},
 * {"event":"filling",...}, {"event":"error","message"}, {"event":"stopped"}.
 * In: {"command":"start-incident","name":"flood","user":"90-...","srv":"4.1.1","perSecond":200},
 * {"command":"stop-incident","name":"flood"}, {"command":"fill","user":"90-...","count":1000}, {"command":"state"}, {"command":"stop"}.
 */

const MOST_FILLED = 10_000_000;

function say(event: string, facts: object = {}): void {
  process.stdout.write(`${JSON.stringify({ event, ...facts })}\n`);
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0) || !Number.isFinite(value))
    throw new InvalidArgumentError('A number from 0.');
  return value;
}

function wholeNumber(text: string): number {
  const value = number(text);
  if (!Number.isInteger(value)) throw new InvalidArgumentError('A whole number from 0.');
  return value;
}

interface Settings {
  readonly folder: string;
  readonly seed: string;
  readonly homes: number;
  readonly gateway: string;
  readonly receivePort: number;
  readonly requests: number;
  readonly alerts: number;
  readonly errors: number;
  readonly delays: number;
  readonly stateEvery: number;
  readonly prepareOnly: boolean;
}

function settings(): Settings {
  return new Command('simulator')
    .description('A simulated smart metering network: homes, Users and the network behind the gateway.')
    .requiredOption('--folder <folder>', 'where certificates and import files are kept')
    .option('--seed <text>', 'the same seed gives the same homes and messages', 'penstock')
    .option('--homes <number>', 'homes in the network', wholeNumber, 200)
    .option('--gateway <url>', 'address of the gateway', 'https://127.0.0.1:8443')
    .option('--receive-port <port>', "first port of the Users' receive services", wholeNumber, 18_443)
    .option('--requests <per second>', 'requests of all Users, mean of the day', number, 5)
    .option('--alerts <per second>', 'alerts of the normal background', number, 1)
    .option('--errors <share>', 'share of requests to devices that fail, 0 to 1', number, 0.015)
    .option('--delays <factor>', 'multiplies the time that answers take', number, 1)
    .option('--state-every <seconds>', 'how often the state is said; 0: only when asked', number, 5)
    .option('--prepare-only', 'make certificates and import files, then end', false)
    .parse()
    .opts<Settings>();
}

async function main(): Promise<void> {
  const options = settings();
  const { folder, seed, homes, receivePort } = options;
  const world = await prepareWorld({ folder, seed, homes, receivePort, now: new Date() });
  say('prepared', { pki: world.pki.folder, imports: world.importFolder, homes, users: world.users.length });
  if (options.prepareOnly) return;

  const simulation = new Simulation({
    world,
    gateway: options.gateway,
    requestsPerSecond: options.requests,
    alertsPerSecond: options.alerts,
    errorShare: options.errors,
    delayScale: options.delays,
    now: () => new Date(),
  });
  await simulation.start();
  say('running');

  const sayState = (): void => say('state', simulation.state());
  const timer = options.stateEvery > 0 ? setInterval(sayState, options.stateEvery * 1000) : undefined;
  const commands = createInterface({ input: process.stdin });
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
    commands.once('close', resolve);
    commands.on('line', (line) => {
      carryOut(simulation, line, resolve).catch((error: unknown) => {
        say('error', { message: error instanceof Error ? error.message : String(error) });
      });
    });
  });
  clearInterval(timer);
  commands.close();
  process.stdin.destroy();
  await simulation.stop();
  sayState();
  say('stopped');
}

async function carryOut(simulation: Simulation, line: string, stop: () => void): Promise<void> {
  const command: unknown = JSON.parse(line);
  if (typeof command !== 'object' || command === null) throw new Error('a command is a JSON object');
  const facts = new Map<string, unknown>(Object.entries(command));
  switch (facts.get('command')) {
    case 'start-incident':
      say('incident', { started: await simulation.startIncident(incidentName(facts), incidentSettings(facts)) });
      return;
    case 'stop-incident': {
      const name = incidentName(facts);
      await simulation.stopIncident(name);
      say('incident', { stopped: name });
      return;
    }
    case 'fill': {
      const [user, count] = [eui(facts, 'user'), Number(facts.get('count'))];
      if (user === undefined || !Number.isInteger(count) || count < 0 || count > MOST_FILLED) {
        throw new Error(`fill needs a user and a count up to ${MOST_FILLED}`);
      }
      simulation.fill(user, count);
      say('filling', { user, count });
      return;
    }
    case 'state':
      say('state', simulation.state());
      return;
    case 'stop':
      stop();
      return;
    default:
      throw new Error(`no command '${String(facts.get('command'))}'`);
  }
}

function incidentName(facts: ReadonlyMap<string, unknown>): IncidentName {
  const name = incidentNames.find((each) => each === facts.get('name'));
  if (name === undefined) throw new Error(`an incident is one of ${incidentNames.join(', ')}`);
  return name;
}

function incidentSettings(facts: ReadonlyMap<string, unknown>): IncidentSettings {
  const [user, device] = [eui(facts, 'user'), eui(facts, 'device')];
  const { srv, code, perSecond, mode } = Object.fromEntries(facts);
  return {
    ...(user === undefined ? {} : { user }),
    ...(device === undefined ? {} : { device }),
    ...(typeof srv === 'string' ? { srv } : {}),
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof perSecond === 'number' && perSecond > 0 ? { perSecond } : {}),
    ...(mode === 'refusing' || mode === 'silent' ? { mode } : {}),
  };
}

function eui(facts: ReadonlyMap<string, unknown>, name: string): Eui | undefined {
  const text = facts.get(name);
  if (text === undefined) return undefined;
  const parsed = typeof text === 'string' ? parseEui(text) : undefined;
  if (parsed === undefined) throw new Error(`${name} is not an EUI-64`);
  return parsed;
}

try {
  await main();
} catch (error) {
  say('error', { message: error instanceof Error ? error.message : String(error) });
  // what was opened before the failure would keep the process alive
  process.exit(1);
}
