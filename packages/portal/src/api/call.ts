// Calls of the REST API from a page. Every answer is checked against its schema; every failure is a CallFailed with
// the problem document that the server gave, or one in the same form when there was no answer at all.
import { type ProblemDocument, problemSchema } from '@penstock/api/schemas';
import type { z } from 'zod';

export class CallFailed extends Error {
  override readonly name = 'CallFailed';
  readonly problem: ProblemDocument;
  constructor(problem: ProblemDocument) {
    super(problem.title);
    this.problem = problem;
  }
}

function noAnswer(): ProblemDocument {
  return {
    type: 'about:blank',
    status: 0,
    code: 'portal.no-answer',
    title: 'Penstock does not answer.',
    action: 'Check your connection and try again. Nothing that you typed is lost.',
  };
}

function notUnderstood(status: number): ProblemDocument {
  return {
    type: 'about:blank',
    status,
    code: 'portal.answer-not-understood',
    title: 'Penstock answered in a form that this page does not know.',
    action: 'Reload the page: it may be older than the server. If that does not help, tell the Operator.',
  };
}

export type Query = Readonly<Record<string, string | number | undefined>>;

/** The address of a call with its query; fields that are undefined are left out. */
export function addressOf(path: string, query: Query = {}): string {
  const fields = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  );
  const text = new URLSearchParams(fields).toString();
  return `/api/v1${path}${text === '' ? '' : `?${text}`}`;
}

/** As whom a call is made. */
export interface Caller {
  /** A User ID, or 'operator'; undefined: the only choice that the person has. */
  readonly acting: string | undefined;
  /** Why the Operator's people read a User's own record. */
  readonly reason?: string | undefined;
}

/** What is sent with a call that changes something: a document, a form with files, or a file. */
export interface Sent {
  readonly method: 'POST' | 'PUT' | 'DELETE';
  readonly body?: object | FormData | Blob | undefined;
}

function bodyOf({ method, body }: Sent): RequestInit {
  if (body === undefined) return { method };
  if (body instanceof FormData) return { method, body };
  if (body instanceof Blob) return { method, body, headers: { 'content-type': body.type } };
  return { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
}

let person: string | undefined;

/** From now on every call says whose page this is: the server refuses it when somebody else has signed in in another tab. */
export function callAs(id: string): void {
  person = id;
}

/** What every call says: whose page it is, for whom it is made, and why. */
export function headersOf({ acting, reason }: Caller): Record<string, string> {
  return {
    ...(person === undefined ? {} : { 'penstock-person': person }),
    ...(acting === undefined ? {} : { 'penstock-acting': acting }),
    ...(reason === undefined ? {} : { 'penstock-reason': encodeURIComponent(reason) }),
  };
}

/** Sends a call; resolves with an answer of success. @throws CallFailed */
export async function send(
  address: string,
  caller: Caller,
  { signal, sent }: { readonly signal?: AbortSignal; readonly sent?: Sent } = {},
): Promise<Response> {
  const { headers, ...init } = sent === undefined ? {} : bodyOf(sent);
  const named = { ...headers, ...headersOf(caller) };
  const answer = await fetch(address, { ...init, headers: named, ...(signal === undefined ? {} : { signal }) }).catch(
    (error: unknown) => {
      if (error instanceof DOMException && error.name === 'AbortError') throw error;
      throw new CallFailed(noAnswer());
    },
  );
  if (answer.ok) return answer;
  const problem = problemSchema.safeParse(await answer.json().catch(() => undefined));
  throw new CallFailed(problem.data ?? notUnderstood(answer.status));
}

/** Asks for a document, or with `sent` changes something and gets what became of it. @throws CallFailed */
export async function ask<Schema extends z.ZodType>(
  schema: Schema,
  path: string,
  options: { readonly caller: Caller; readonly query?: Query; readonly signal?: AbortSignal; readonly sent?: Sent },
): Promise<z.output<Schema>> {
  const { caller, query, ...rest } = options;
  const answer = await send(addressOf(path, query), caller, rest);
  const document = schema.safeParse(await answer.json().catch(() => undefined));
  if (!document.success) throw new CallFailed(notUnderstood(answer.status));
  return document.data;
}
