import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

// The simulator is a program of its own (and under another licence): it is run, not imported, and speaks JSON lines.
const program = fileURLToPath(new URL('../../simulator/src/main.ts', import.meta.url));

const counts = z.record(z.string(), z.number());
const stateSchema = z.object({
  event: z.literal('state'),
  users: z.array(z.object({ name: z.string(), answers: counts, received: counts, waiting: z.number() })),
  network: z.object({ taken: z.number(), delivered: counts }),
});
const errorSchema = z.object({ event: z.literal('error'), message: z.string() });

export type SimulatorState = z.infer<typeof stateSchema>;

/** Signals are this process's to handle; the simulator ends when its standard input does. */
function run(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
}

/** The simulated network and Users as a child process. */
export class DemoSimulator {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  /** What it last said of itself. */
  state: SimulatorState | undefined;

  constructor(args: readonly string[]) {
    this.#child = run(args);
    this.#ended = once(this.#child, 'exit');
    if (this.#child.stdout === null) throw new Error('the simulator has no output');
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#heard(line));
  }

  /** Makes keys and import files, when they are not there. */
  static async prepare(args: readonly string[]): Promise<void> {
    const child = run([...args, '--prepare-only']);
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(`the simulator could not prepare the demonstration (exit code ${code})`);
  }

  async stop(): Promise<void> {
    this.#child.stdin?.end();
    await this.#ended;
  }

  #heard(line: string): void {
    const said: unknown = JSON.parse(line);
    const state = stateSchema.safeParse(said);
    if (state.success) this.state = state.data;
    const error = errorSchema.safeParse(said);
    if (error.success) console.error(`simulator: ${error.data.message}`);
  }
}
