import { Answers } from './answers.ts';
import { type Address, Connection } from './connection.ts';
import type { PreparedMessage } from './message-file.ts';

/** Three ways to send: as fast as answers come, by a schedule, and until every message is acknowledged. */

export interface LoopResult {
  /** Seconds from the first message to the end of the measured time. */
  readonly seconds: number;
  /** Acknowledged within the measured time. */
  readonly acknowledged: number;
  /** Of all answers, also those after it. */
  readonly answers: Answers;
  /** Milliseconds of each acknowledged message. */
  readonly milliseconds: Float64Array;
  /** Messages taken from the front of those given. */
  readonly used: number;
  /** The messages ran out before the time did. */
  readonly ranOut: boolean;
  /** Of an open loop: how many found no connection free when they were due. */
  readonly waited: number;
}

/** Each connection sends its next message when the answer to the last one came. */
export async function closedLoop(options: {
  address: Address;
  messages: readonly PreparedMessage[];
  connections: number;
  seconds: number;
}): Promise<LoopResult> {
  const { messages } = options;
  const answers = new Answers();
  const times: number[] = [];
  const connections = await openConnections(options.address, options.connections);
  const started = performance.now();
  const end = started + options.seconds * 1000;
  let used = 0;
  let within = 0;
  await Promise.all(
    connections.map((connection) => {
      return new Promise<void>((resolve) => {
        const next = (): void => {
          const sent = performance.now();
          const message = sent < end ? messages[used] : undefined;
          if (message === undefined) {
            connection.close();
            resolve();
            return;
          }
          used++;
          connection.send(message.request, (response) => {
            const now = performance.now();
            if (answers.take(message, response)) {
              times.push(now - sent);
              if (now <= end) within++;
            }
            next();
          });
        };
        next();
      });
    }),
  );
  const ranOut = used >= messages.length;
  const seconds = ranOut ? (performance.now() - started) / 1000 : options.seconds;
  return { seconds, acknowledged: within, answers, milliseconds: Float64Array.from(times), used, ranOut, waited: 0 };
}

/** Opens them one after the other: all at once they would stand in each other's way. */
async function openConnections(address: Address, count: number): Promise<Connection[]> {
  const connections = Array.from({ length: count }, () => new Connection(address));
  for (const connection of connections) await connection.open();
  return connections;
}

/** Timers fire every millisecond at best; what is due by then goes out together. */
const TICK = 1;

/**
 * Sends by the schedule, on whichever connection is free; when none is, the message waits and its time runs.
 * @param schedule milliseconds from the start, ascending
 */
export async function openLoop(options: {
  address: Address;
  messages: readonly PreparedMessage[];
  connections: number;
  schedule: Float64Array;
}): Promise<LoopResult> {
  const { messages, schedule } = options;
  const answers = new Answers();
  const times: number[] = [];
  const free = await openConnections(options.address, options.connections);
  const last = Math.min(schedule.length, messages.length);
  let next = 0;
  let done = 0;
  let waited = 0;
  // those up to here have waited and been counted
  let counted = 0;
  const started = performance.now();
  await new Promise<void>((resolve) => {
    const sendDue = (): void => {
      const due = performance.now() - started;
      while (next < last && (schedule[next] ?? 0) <= due) {
        const connection = free.pop();
        if (connection === undefined) {
          let end = Math.max(next, counted);
          while (end < last && (schedule[end] ?? 0) <= due) end++;
          waited += end - Math.max(next, counted);
          counted = end;
          return;
        }
        send(connection, next++);
      }
    };
    const send = (connection: Connection, index: number): void => {
      const message = messages[index];
      if (message === undefined) return;
      connection.send(message.request, (response) => {
        const milliseconds = performance.now() - started - (schedule[index] ?? 0);
        if (answers.take(message, response)) times.push(milliseconds);
        free.push(connection);
        done++;
        if (done === last) resolve();
        else sendDue();
      });
    };
    const tick = (): void => {
      sendDue();
      if (next < last) setTimeout(tick, TICK);
    };
    if (last === 0) resolve();
    tick();
  });
  for (const connection of free) connection.close();
  return {
    seconds: (performance.now() - started) / 1000,
    acknowledged: times.length,
    answers,
    milliseconds: Float64Array.from(times),
    used: last,
    ranOut: messages.length < schedule.length,
    waited,
  };
}
