// Runs in a worker: reads, checks and writes files of a hundred thousand lines while the page stays as it is.
import { checkFile } from './check-file.ts';
import { draftFile } from './draft-file.ts';
import type { Answer, Job } from './jobs.ts';
import { ReportRefused } from './read-held.ts';

/** A worker's own side of the channel; the page's types know windows only. */
const channel = globalThis as unknown as {
  onmessage: ((event: MessageEvent<Job>) => void) | null;
  postMessage(answer: Answer): void;
};

async function work(job: Job): Promise<void> {
  const onRows = (rows: number): void => channel.postMessage({ rows });
  try {
    channel.postMessage({ done: job.job === 'check' ? await checkFile(job, onRows) : await draftFile(job, onRows) });
  } catch (error) {
    const problem = error instanceof ReportRefused ? { problem: error.problem } : {};
    channel.postMessage({ failed: { ...problem, words: error instanceof Error ? error.message : String(error) } });
  }
}

channel.onmessage = ({ data }) => void work(data);
