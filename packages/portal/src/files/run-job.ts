import { problemSchema } from '@penstock/api/schemas';
import { type Caller, CallFailed, headersOf } from '../api/call.ts';
import type { Answer, CheckedFile, CheckJob, DraftedFile, DraftJob, Job, WorkerCaller } from './jobs.ts';

/** The headers of a caller, for a worker. */
export function workerCallerOf(caller: Caller, userId: string | undefined): WorkerCaller {
  return { headers: headersOf(caller), userId };
}

export function runJob(job: CheckJob, onRows: (rows: number) => void, signal: AbortSignal): Promise<CheckedFile>;
export function runJob(job: DraftJob, onRows: (rows: number) => void, signal: AbortSignal): Promise<DraftedFile>;
/**
 * Runs a job beside the page, which stays as quick as ever: 100,000 lines take a second or two. `onRows` is told how
 * far it is. @throws CallFailed, Error
 */
export function runJob(
  job: Job,
  onRows: (rows: number) => void,
  signal: AbortSignal,
): Promise<CheckedFile | DraftedFile> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  return new Promise<CheckedFile | DraftedFile>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
    worker.onerror = () => reject(new Error('the file could not be read'));
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      if ('rows' in data) onRows(data.rows);
      else if ('done' in data) resolve(data.done);
      else {
        const problem = problemSchema.safeParse(data.failed.problem);
        reject(problem.success ? new CallFailed(problem.data) : new Error(data.failed.words));
      }
    };
    worker.postMessage(job);
  }).finally(() => worker.terminate());
}
