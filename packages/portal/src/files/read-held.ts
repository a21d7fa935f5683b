// What an event holds, from its report as it comes.
import type { WorkerCaller } from './jobs.ts';

/** The API did not give the report; `problem` is what it said. */
export class ReportRefused extends Error {
  override readonly name = 'ReportRefused';
  readonly problem: unknown;
  constructor(problem: unknown) {
    super('the report of what is held was not given');
    this.problem = problem;
  }
}

/** The pieces of a stream; not every browser lets one loop over it. */
export async function* piecesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel();
  }
}

/** The report of what nobody decided on. @throws ReportRefused */
export async function fetchReport(event: string, caller: WorkerCaller): Promise<AsyncGenerator<Uint8Array>> {
  const whose = caller.userId === undefined ? '' : `?userId=${encodeURIComponent(caller.userId)}`;
  const answer = await fetch(`/api/v1/quarantine/events/${event}/report${whose}`, { headers: caller.headers });
  if (!answer.ok || answer.body === null) throw new ReportRefused(await answer.json().catch(() => undefined));
  return piecesOf(answer.body);
}
