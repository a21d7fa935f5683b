import { rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { PenstockError } from '@penstock/platform/errors';
import { z } from 'zod';

// How one command talks to another one's demonstration: a socket in its folder. It begins or ends an incident, whose lines
// go to the simulator and whose answer comes from it, or tells the code by which one signs in.

/** As short as it can be said: a socket's path has 107 bytes at most. */
function socketOf(folder: string): string {
  const path = join(folder, 'control');
  const short = relative(process.cwd(), path);
  return short.length < path.length ? short : path;
}

/** Takes commands, one a connection; each line is carried out and answered by a line. */
export async function takeCommands(folder: string, carryOut: (command: object) => Promise<object>): Promise<Server> {
  const socket = socketOf(folder);
  rmSync(socket, { force: true });
  const server = createServer((connection) => {
    connection.on('error', () => connection.destroy());
    createInterface({ input: connection }).once('line', (line) => {
      const answer = (said: object) => connection.end(`${JSON.stringify(said)}\n`);
      new Promise<object>((resolve) => resolve(carryOut(JSON.parse(line)))).then(answer, (error: unknown) =>
        answer({ error: error instanceof Error ? error.message : String(error) }),
      );
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket, resolve);
  });
  return server;
}

const answerSchema = z.object({
  error: z.string().optional(),
  started: z.object({ about: z.string() }).optional(),
  stopped: z.string().optional(),
  /** What the demonstration itself says. */
  said: z.string().optional(),
});

/** Tells the demonstration of a folder; returns what it says. @throws PenstockError 'demo.not-running', 'demo.refused' */
export async function tellDemo(folder: string, command: object): Promise<string> {
  const line = await new Promise<string>((resolve, reject) => {
    const connection = connect(socketOf(folder), () => connection.write(`${JSON.stringify(command)}\n`));
    connection.once('error', (cause) => {
      reject(new PenstockError('demo.not-running', { detail: `nobody listens in ${folder}`, cause }));
    });
    createInterface({ input: connection }).once('line', resolve);
  });
  const { error, started, stopped, said } = answerSchema.parse(JSON.parse(line));
  if (error !== undefined) throw new PenstockError('demo.refused', { detail: error });
  if (said !== undefined) return said;
  return started === undefined ? `${stopped} has ended` : started.about;
}
