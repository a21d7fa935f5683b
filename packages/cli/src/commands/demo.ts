import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DemonstrationPerson, Platform, StartOptions } from '@penstock/platform';
import { type Config, isLoopback } from '@penstock/platform/config';
import { PenstockError } from '@penstock/platform/errors';
import { createLog, logToFile } from '@penstock/platform/log';
import { Argument, Command } from 'commander';
import { takeCommands, tellDemo } from '../demo-control.ts';
import { planDemonstrationChanges } from '../demo-set-changes.ts';
import type { SimulatorState } from '../demo-simulator.ts';
import { startNetwork } from '../demo-start.ts';
import { askTwoForReleases, setDemonstrationThreshold } from '../demo-threshold.ts';
import { loadConfigFor } from '../load-config.ts';
import { SUPPLIER } from '../rehearsal/users.ts';
import { totpAt } from '../totp.ts';
import { type Running, runUntilStopped } from '../until-stopped.ts';

const SHOW_EVERY_MS = 5_000;

/**
 * `penstock demo` (npm start): the platform with a simulated network and Users around it, all on this machine. Keys and
 * certificates are throwaway ones, so it refuses to listen anywhere but on loopback.
 */
export function demoCommand(): Command {
  return new Command('demo')
    .description('run the platform with a simulated network of homes and Users, on loopback only')
    .option('--requests <per second>', 'requests of all Users, mean of the day', '10')
    .option('--homes <number>', 'homes in the network', '200')
    .option('--receive-port <port>', "first port of the Users' receive services; each takes the next", '18443')
    .action(async (options: Wanted, command: Command) => {
      const config = loadConfigFor(command);
      for (const section of ['gateway', 'http', 'sftp', 'email'] as const) {
        const { host } = config[section];
        if (isLoopback(host)) continue;
        const setting = `${section}.host (PENSTOCK_${section.toUpperCase()}_HOST)`;
        throw new PenstockError('config.invalid', {
          detail: `${setting}: the demonstration does not listen on ${host}: its keys are no secret`,
        });
      }
      if (config.http.publicAddress !== undefined) {
        throw new PenstockError('config.invalid', {
          detail:
            'http.public_address (PENSTOCK_HTTP_PUBLIC_ADDRESS): the demonstration is for this machine alone: its passwords are no secret',
        });
      }
      const folder = join(config.dataFolder, 'demo');
      mkdirSync(folder, { recursive: true });
      const logFile = join(folder, 'penstock.log');
      const log = createLog({ level: config.log.level }, logToFile(logFile));
      await runUntilStopped(() => startDemo({ config, log, folder, logFile, ...options }), log);
    })
    .addCommand(incidentCommand())
    .addCommand(codeCommand())
    .addCommand(peopleCommand());
}

const INCIDENTS = ['flood', 'not-taking', 'wild-meter'] as const;

/** `penstock demo incident NAME`: in the demonstration that runs on the data folder. */
function incidentCommand(): Command {
  return new Command('incident')
    .description('begin an incident in the demonstration that runs, or end it')
    .addArgument(new Argument('<name>', 'which').choices(INCIDENTS))
    .option('--stop', 'end it')
    .action(async (name: string, { stop }: { stop?: boolean }, command: Command) => {
      const folder = join(loadConfigFor(command).dataFolder, 'demo');
      console.log(await tellDemo(folder, { command: stop ? 'stop-incident' : 'start-incident', name }));
    });
}

/** `penstock demo code EMAIL`: what an authenticator app would show for a person of the demonstration that runs. */
function codeCommand(): Command {
  return new Command('code')
    .description('the code by which a person of the demonstration that runs signs in now')
    .argument('[email]', 'whose', 'aro@supplier.example')
    .action(async (email: string, _options: object, command: Command) => {
      const folder = join(loadConfigFor(command).dataFolder, 'demo');
      console.log(await tellDemo(folder, { command: 'code', email }));
    });
}

/** `penstock demo people`: what was said at the start, which lies far above by then. */
function peopleCommand(): Command {
  return new Command('people')
    .description('the accounts of the demonstration that runs: address, password, secret for an authenticator app')
    .action(async (_options: object, command: Command) => {
      const folder = join(loadConfigFor(command).dataFolder, 'demo');
      console.log(await tellDemo(folder, { command: 'people' }));
    });
}

function sayCode(people: readonly DemonstrationPerson[], email: unknown): object {
  const person = people.find((one) => one.email === email);
  if (person === undefined) return { error: `the people are ${people.map((one) => one.email).join(', ')}` };
  const { code, seconds } = totpAt(person.totpSecret, Date.now());
  return { said: `${code}   (for ${seconds} more seconds; each is good once)` };
}

/** As the command line says it; the simulator reads the numbers. */
interface Wanted {
  readonly requests: string;
  readonly homes: string;
  readonly receivePort: string;
}

interface DemoOptions extends Wanted {
  readonly config: Config;
  readonly log: StartOptions['log'];
  readonly folder: string;
  readonly logFile: string;
}

async function startDemo(options: DemoOptions): Promise<Running> {
  const { config, folder } = options;
  console.log('Penstock: making keys, homes and Users of the demonstration ...');
  const { platform, simulator, people, pki, stop } = await startNetwork({
    ...options,
    isMade: () => console.log('Penstock: starting the database and the platform ...'),
  });
  const control = await takeCommands(folder, async (command) => {
    if ('email' in command) return sayCode(people, command.email);
    if ('command' in command && command.command === 'people') return { said: signIns(platform.addresses.http, people) };
    return simulator.tell(command);
  });
  console.log(welcome(platform.addresses, folder, options.logFile));
  console.log(signIns(platform.addresses.http, people));
  const demonstration = { gateway: platform.addresses.gateway, pki };
  // at the first start alone: what somebody has changed since stays
  if (await setDemonstrationThreshold(demonstration, SUPPLIER)) {
    await askTwoForReleases(demonstration, config.operator.userId, OTHER_SUPPLIER);
  }
  await planDemonstrationChanges(demonstration, config.operator.userId, new Date());
  const timer = setInterval(() => {
    if (simulator.state !== undefined) console.log(summary(simulator.state));
  }, SHOW_EVERY_MS);
  return {
    failed: simulator.failed,
    stop: async () => {
      clearInterval(timer);
      control.close();
      console.log('Penstock: stopping; what was taken in is finished first ...');
      await stop();
    },
  };
}

function welcome({ gateway, http, sftp, smtp }: Platform['addresses'], folder: string, logFile: string): string {
  const pki = join(folder, 'pki');
  const own = join(pki, 'users', `${SUPPLIER.replaceAll('-', '')}-transport`);
  const call = `curl -s --cacert ${pki}/ca.pem --cert ${own}.pem --key ${own}.key`;
  return `
Penstock is running. Everything listens on this machine only.

  Gateway (TLS)         ${gateway}
  Health, metrics, API  ${http}   (/healthz /readyz /metrics /api/openapi.json)${sftp === undefined ? '' : `\n  Signed files (SFTP)   ${sftp}`}${smtp === undefined ? '' : `\n  Signed files (e-mail) ${smtp}`}
  Log                   ${logFile}

What a supplier (User ID ${SUPPLIER}) sees of its own messages:

  ${call} '${gateway}/api/v1/messages?limit=5'
  ${call} '${gateway}/api/v1/streams'

Ctrl-C stops it. Counts of the simulated Users and network follow.
`;
}

/** Whom one may sign in as, with what an authenticator app needs. */
function signIns(http: string, people: readonly DemonstrationPerson[]): string {
  const lines = people.map(({ email, totpSecret }) => `  ${email.padEnd(36)}${totpSecret}`);
  return `Sign in at ${http} as one of these; the password of all is ${people[0]?.password}

  e-mail address                      secret for the authenticator app (TOTP)
${lines.join('\n')}

To begin: sign in as aro@supplier.example with the six-digit code that

  node bin/penstock.cjs demo code aro@supplier.example

says in another terminal; then open "Demonstration" and start the flood. To see these accounts again:

  node bin/penstock.cjs demo people
`;
}

/** Another one, that has two officers sign releases. */
const OTHER_SUPPLIER = '90-B3-D5-1F-30-02-00-00';

function summary({ users, network }: SimulatorState): string {
  const total = (pick: (user: SimulatorState['users'][number]) => number): string =>
    users.reduce((sum, user) => sum + pick(user), 0).toLocaleString('en-GB');
  const all = (counts: Readonly<Record<string, number>>): number =>
    Object.values(counts).reduce((sum, count) => sum + count, 0);
  return [
    `requests answered ${total((user) => all(user.answers))}`,
    `accepted ${total((user) => user.answers.I99 ?? 0)}`,
    `taken by the network ${network.taken.toLocaleString('en-GB')}`,
    `brought back ${all(network.delivered).toLocaleString('en-GB')}`,
    `received by Users ${total((user) => all(user.received))}`,
  ].join(' | ');
}
