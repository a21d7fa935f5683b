// What the parts of the client share: a call, and how its question stands in an address.
import type { z } from 'zod';

export type Query = Readonly<Record<string, string | number | undefined>>;

export interface Call<Schema extends z.ZodType> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query?: Query;
  readonly body?: object;
  readonly file?: { readonly type: string; readonly bytes: AsyncIterable<Uint8Array> };
  readonly answer: Schema;
}

/** Bytes as they come; whoever asked reads them to their end. */
export interface Download {
  readonly bytes: AsyncIterable<Buffer>;
  /** The Operator's detached CMS signature over them in PEM, where the answer brings it along. */
  readonly signature: Buffer | undefined;
}

/** How a part of the client asks. */
export interface Caller {
  call<Schema extends z.ZodType>(call: Call<Schema>): Promise<z.output<Schema>>;
  download(path: string): Promise<Download>;
}

/** Fields of a query as they stand in an address. */
export function textOf(query: Readonly<Record<string, unknown>>): Query {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, value === undefined ? undefined : String(value)]),
  );
}
