import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type DemonstrationDocument, demonstrationIncidentSchema, demonstrationSchema } from '@penstock/api';
import { PenstockError } from '@penstock/platform/errors';
import { z } from 'zod';

// The simulator is a program of its own (and under another licence): it is run, not imported, and speaks JSON lines.
const program = fileURLToPath(new URL('../../simulator/src/main.ts', import.meta.url));

const counts = z.record(z.string(), z.number());
const stateSchema = z.object({
  event: z.literal('state'),
  users: z.array(z.object({ name: z.string(), answers: counts, received: counts, waiting: z.number() })),
  network: z.object({ taken: z.number(), delivered: counts, toFill: z.number() }),
});
const errorSchema = z.object({ event: z.literal('error'), message: z.string() });
const incidentSchema = z.object({
  event: z.literal('incident'),
  started: demonstrationSchema.shape.running.element.optional(),
  stopped: demonstrationIncidentSchema.optional(),
});

const fillingSchema = z.object({ event: z.literal('filling'), user: z.string(), count: z.number() });

export type SimulatorState = z.infer<typeof stateSchema>;

/** Signals are this process's to handle; the simulator ends when its standard input does. */
function run(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
}

/** Hands on what it says, a JSON line an event; its errors are for whoever runs the demonstration. */
function hear(child: ChildProcess, heard: (said: unknown) => void): void {
  if (child.stdout === null) throw new Error('the simulator has no output');
  createInterface({ input: child.stdout }).on('line', (line) => {
    const said: unknown = JSON.parse(line);
    const error = errorSchema.safeParse(said);
    if (error.success) console.error(`simulator: ${error.data.message}`);
    heard(said);
  });
}

function endedBy(code: unknown, signal: unknown): PenstockError {
  return new PenstockError('demo.simulator-ended', {
    detail: `the simulator ended (${signal ?? `exit code ${code}`})`,
  });
}

/** The simulated network and Users as a child process. */
export class DemoSimulator {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #isStopping = false;
  /** Those who gave a command, in the order in which it answers. */
  readonly #asking: { resolve(answer: object): void; reject(error: Error): void }[] = [];
  /** Rejects when it ends without having been told to. */
  readonly failed: Promise<never>;
  /** The incidents that it was told to begin and not to end. */
  running: DemonstrationDocument['running'] = [];
  /** What it last said of itself. */
  state: SimulatorState | undefined;

  constructor(args: readonly string[]) {
    this.#child = run(args);
    this.#ended = once(this.#child, 'exit');
    this.failed = new Promise((_resolve, reject) => {
      this.#child.once('close', (code, signal) => {
        if (!this.#isStopping) reject(endedBy(code, signal));
      });
    });
    // it may end before anybody waits for it; whoever does later is told all the same
    this.failed.catch(() => undefined);
    hear(this.#child, (said) => {
      const state = stateSchema.safeParse(said);
      if (state.success) this.state = state.data;
      const incident = incidentSchema.safeParse(said);
      if (incident.success) {
        const { started, stopped } = incident.data;
        const name = started?.name ?? stopped;
        this.running = this.running.filter((one) => one.name !== name).concat(started ?? []);
        this.#asking.shift()?.resolve(incident.data);
      }
      const filling = fillingSchema.safeParse(said);
      if (filling.success) this.#asking.shift()?.resolve(filling.data);
      const error = errorSchema.safeParse(said);
      if (error.success) this.#asking.shift()?.reject(new Error(error.data.message));
    });
  }

  /** Gives a command that is answered: an incident begins or ends, a stream is filled. */
  tell(command: object): Promise<object> {
    return new Promise((resolve, reject) => {
      this.#asking.push({ resolve, reject });
      this.#child.stdin?.write(`${JSON.stringify(command)}\n`);
    });
  }

  /** Has it say its state now, which is then in `state`. */
  askState(): void {
    this.#child.stdin?.write(`${JSON.stringify({ command: 'state' })}\n`);
  }

  /** Makes keys and import files, when they are not there. */
  static async prepare(args: readonly string[]): Promise<void> {
    const child = run([...args, '--prepare-only']);
    hear(child, () => {});
    const [code, signal] = await once(child, 'close');
    if (code !== 0) throw endedBy(code, signal);
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#child.stdin?.end();
    await this.#ended;
  }
}
