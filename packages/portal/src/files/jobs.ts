// What the worker of files is asked and answers: the same code checks a file here as after its delivery.

import type { SubmissionSummary, ThresholdDocument } from '@penstock/api/schemas';
import type { ActionName, Fault, LimitInForce, Notice } from '@penstock/files';

/** How the worker asks the API: as the page that began the job. */
export interface WorkerCaller {
  readonly headers: Readonly<Record<string, string>>;
  /** The User whose messages are meant; undefined: one's own. */
  readonly userId: string | undefined;
}

/** What a file is judged by. */
export interface CheckJob {
  readonly job: 'check';
  readonly file: File;
  readonly srvs: readonly string[];
  readonly attributes: readonly string[];
  /** The User ID that one acts for, and whether it is the Operator's. */
  readonly userId: string;
  readonly isOperator: boolean;
  readonly thresholds: readonly Pick<ThresholdDocument, 'services' | 'direction' | 'period' | 'versions'>[];
  readonly limits: readonly LimitInForce[];
  readonly caller: WorkerCaller;
}

/** An action file from what an event holds. */
export interface DraftJob {
  readonly job: 'draft';
  readonly event: string;
  readonly action: ActionName;
  readonly reason: string;
  /** The service request; empty: the intake raises one. */
  readonly reference: string;
  /** Left out: whatever it is. */
  readonly srv: string | undefined;
  readonly device: string | undefined;
  /** SHA-256 of each message that is meant; undefined: all that meet the rest. */
  readonly only: readonly string[] | undefined;
  readonly caller: WorkerCaller;
}

export type Job = CheckJob | DraftJob;

export interface CheckedFile {
  readonly kind: 'adt' | 'limits' | 'actions' | undefined;
  readonly rows: number;
  readonly faults: readonly Fault[];
  readonly faultCount: number;
  readonly notices: readonly Notice[];
  /** The User ID that the file names, where it names one. */
  readonly userId?: string | undefined;
  /** Of a file that sets thresholds or limits, which has no faults: what it would change. */
  readonly summary?: SubmissionSummary;
  readonly actions?: {
    readonly process: number;
    readonly delete: number;
    readonly events: readonly { readonly event: string; readonly process: number; readonly delete: number }[];
    /** Why the decisions were not compared with what is held; undefined: they were. */
    readonly notCompared: string | undefined;
    /** Of the events that the file names: what it leaves held. */
    readonly undecided: number | undefined;
  };
}

export interface DraftedFile {
  readonly blob: Blob;
  readonly decided: number;
  readonly held: number;
}

/** Failed: a problem of the API as it came, or words. */
export interface JobFailure {
  readonly problem?: unknown;
  readonly words: string;
}

export type Answer =
  | { readonly rows: number }
  | { readonly done: CheckedFile | DraftedFile }
  | { readonly failed: JobFailure };
