// Calls to Microsoft Graph. What always holds: the token goes to the origin of the settings and nowhere else; nothing is
// asked of the service while it says not to; an answer is taken only when it is whole and of a known form.
import type { z } from 'zod';
import type { Log } from '../../foundation/log.ts';
import { codeOf, type Progress, piecesOf, progressOf, readJson, STALLED_MS } from './answers.ts';
import { type DriveItem, itemSchema, pageSchema, sessionSchema } from './drive-item.ts';
import { type FaultKind, GraphFault, kindOfStatus, pauseOf } from './faults.ts';
import type { Tokens } from './token.ts';

/** For what is sent with it: 4 MB over a line of 140 kbit/s. */
const LONGEST_SENDING_MS = 240_000;
const PAGE = 200;
/** As the service wants clients to call themselves. */
const USER_AGENT = 'NONISV|Penstock|Penstock/0.1';

export interface GraphParts {
  readonly origin: string;
  readonly drive: string;
  readonly tokens: Tokens;
  readonly log: Log;
  readonly signal: AbortSignal;
}

interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  /** Without the token: the address itself lets in. */
  readonly isOpen?: boolean;
}

export interface Page {
  readonly items: readonly DriveItem[];
  readonly next: string | undefined;
  readonly delta: string | undefined;
}

export class Graph {
  readonly #parts: GraphParts;
  /** By `performance.now()`. */
  #pausedUntil = 0;

  constructor(parts: GraphParts) {
    this.#parts = parts;
  }

  /** The milliseconds for which nothing may be asked. */
  get pause(): number {
    return Math.max(0, this.#pausedUntil - performance.now());
  }

  pauseFor(milliseconds: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, performance.now() + milliseconds);
  }

  /** The top of the library. */
  top(): Promise<DriveItem> {
    return this.#json(this.#address('root'), itemSchema);
  }

  /** A folder or file by its id. */
  item(id: string): Promise<DriveItem> {
    return this.#json(this.#address(`items/${encodeURIComponent(id)}`), itemSchema);
  }

  /** What has a name in a folder; undefined: nothing has. */
  async child(folder: string | undefined, name: string): Promise<DriveItem | undefined> {
    try {
      return await this.#json(this.#address(`${pathOf(folder, name)}`), itemSchema);
    } catch (error) {
      if (error instanceof GraphFault && error.kind === 'missing') return undefined;
      throw error;
    }
  }

  /** A page of what lies in a folder; `next` of the one before leads on. */
  children(folder: string, next: string | undefined): Promise<Page> {
    return this.#page(next ?? this.#address(`items/${encodeURIComponent(folder)}/children?$top=${PAGE}`));
  }

  /** Changes since a link was given; without one the link from which changes are told from now on. */
  changes(link: string | undefined): Promise<Page> {
    return this.#page(link ?? this.#address('root/delta?token=latest'));
  }

  /** A new folder. @throws GraphFault 'taken': there is something of that name */
  makeFolder(parent: string, name: string): Promise<DriveItem> {
    const body = JSON.stringify({ name, folder: {}, '@microsoft.graph.conflictBehavior': 'fail' });
    const headers = { 'content-type': 'application/json' };
    return this.#json(this.#address(`items/${encodeURIComponent(parent)}/children`), itemSchema, {
      method: 'POST',
      headers,
      body,
    });
  }

  /** Deletes an item if it still is as it was. */
  async remove(id: string, eTag: string | undefined): Promise<void> {
    const headers = eTag === undefined ? {} : { 'if-match': eTag };
    const address = this.#address(`items/${encodeURIComponent(id)}`);
    const response = await this.#call(address, { method: 'DELETE', headers });
    await response.body?.cancel();
  }

  /** Puts a small file into a folder, in the place of one of that name. */
  put(folder: string, name: string, bytes: Buffer): Promise<DriveItem> {
    const address = this.#address(`${pathOf(folder, name)}:/content?@microsoft.graph.conflictBehavior=replace`);
    const headers = { 'content-type': 'application/octet-stream' };
    return this.#json(address, itemSchema, { method: 'PUT', headers, body: new Uint8Array(bytes) });
  }

  /** Begins the upload of a large file, and returns the address that takes its pieces. */
  async beginUpload(folder: string, name: string): Promise<string> {
    const address = this.#address(`${pathOf(folder, name)}:/createUploadSession`);
    const body = JSON.stringify({ item: { '@microsoft.graph.conflictBehavior': 'replace', name } });
    const call = { method: 'POST', headers: { 'content-type': 'application/json' }, body } as const;
    const { uploadUrl } = await this.#json(address, sessionSchema, call);
    if (uploadUrl === undefined) throw new GraphFault('unavailable', 'an upload was begun without an address');
    this.#requireSafe(uploadUrl);
    return uploadUrl;
  }

  /** How far an upload is that was begun. @throws GraphFault 'missing': it is no more */
  async askUpload(address: string): Promise<Progress> {
    this.#requireSafe(address);
    return progressOf(await readJson(await this.#call(address, { isOpen: true })));
  }

  /** Puts a piece of an upload. */
  async putPiece(address: string, piece: { bytes: Buffer; at: number; size: number }): Promise<Progress> {
    const { bytes, at, size } = piece;
    this.#requireSafe(address);
    const headers = { 'content-range': `bytes ${at}-${at + bytes.length - 1}/${size}` };
    const call = { method: 'PUT', headers, body: new Uint8Array(bytes), isOpen: true } as const;
    return progressOf(await readJson(await this.#call(address, call)));
  }

  /** The bytes of a file as they come; the address lets in whoever has it, so the token does not go along. */
  async *download({ '@microsoft.graph.downloadUrl': address }: DriveItem): AsyncGenerator<Uint8Array> {
    if (address === undefined) throw new GraphFault('unavailable', 'an item has no address for its content');
    this.#requireSafe(address);
    yield* piecesOf(await this.#call(address, { isOpen: true }));
  }

  #address(path: string): string {
    const { origin, drive } = this.#parts;
    return `${origin}/v1.0/drives/${encodeURIComponent(drive)}/${path}`;
  }

  async #page(address: string): Promise<Page> {
    const headers = { prefer: 'deltaExcludeParent' };
    const page = await this.#json(address, pageSchema, { headers });
    const { value: items, '@odata.nextLink': next, '@odata.deltaLink': delta } = page;
    // before it is kept: one that leads elsewhere would be asked for ever
    for (const link of [next, delta]) if (link !== undefined) this.#requireOurs(link);
    return { items, next, delta };
  }

  async #json<Schema extends z.ZodType>(address: string, schema: Schema, call: Call = {}): Promise<z.output<Schema>> {
    this.#requireOurs(address);
    const parsed = schema.safeParse(await readJson(await this.#call(address, call)));
    if (parsed.success) return parsed.data;
    const where = parsed.error.issues[0]?.path.join('.') ?? '';
    throw new GraphFault('unavailable', `an answer is in no form that is known (${where})`);
  }

  /** Of addresses that answers name to go on: never to another service with the token. */
  #requireOurs(address: string): void {
    if (URL.canParse(address) && new URL(address).href.startsWith(`${this.#parts.origin}/v1.0/`)) return;
    throw new GraphFault('unavailable', 'an answer leads to another service');
  }

  /** Of addresses that answers name, and that let in whoever has them. */
  #requireSafe(address: string): void {
    const isLocal = this.#parts.origin.startsWith('http:');
    const url = URL.canParse(address) ? new URL(address) : undefined;
    const isSafe = url?.protocol === 'https:' || (isLocal && url?.origin === this.#parts.origin);
    if (!isSafe) throw new GraphFault('refused', 'an answer leads to an address without TLS');
  }

  async #call(address: string, call: Call): Promise<Response> {
    if (call.isOpen === true) return this.#send(address, call, undefined);
    const token = await this.#parts.tokens.get();
    try {
      return await this.#send(address, call, token);
    } catch (error) {
      if (!(error instanceof GraphFault) || error.kind !== 'unauthorised') throw error;
      this.#parts.tokens.forget(token);
      return this.#send(address, call, await this.#parts.tokens.get());
    }
  }

  /** One call; resolves with an answer that is no refusal, whose body comes. */
  async #send(address: string, { method = 'GET', headers, body }: Call, token: string | undefined): Promise<Response> {
    if (this.pause > 0) throw new GraphFault('throttled', `the service wants nothing for ${this.pause / 1_000} s`);
    const stalled = new AbortController();
    const timer = setTimeout(() => stalled.abort(), body === undefined ? STALLED_MS : LONGEST_SENDING_MS);
    let response: Response;
    try {
      response = await fetch(address, {
        method,
        headers: {
          'user-agent': USER_AGENT,
          ...headers,
          ...(token === undefined ? {} : { accept: 'application/json', authorization: `Bearer ${token}` }),
        },
        ...(body === undefined ? {} : { body }),
        // nowhere else, and not with the token
        redirect: 'manual',
        signal: AbortSignal.any([this.#parts.signal, stalled.signal]),
      });
    } catch (cause) {
      throw new GraphFault('unavailable', 'the service cannot be reached', cause);
    } finally {
      clearTimeout(timer);
    }
    if (response.ok) return response;
    throw await this.#faultOf(response, method, token === undefined);
  }

  async #faultOf(response: Response, method: string, isOpen: boolean): Promise<GraphFault> {
    const { status, headers } = response;
    const code = await readJson(response).then(codeOf, () => undefined);
    const pause = pauseOf(headers.get('retry-after'), new Date());
    // an address that lets in whoever has it does so for a time
    let kind: FaultKind = isOpen && [401, 410].includes(status) ? 'missing' : kindOfStatus(status, code);
    if (pause !== undefined && (status === 429 || status >= 500)) {
      kind = 'throttled';
      this.pauseFor(pause);
    }
    const request = headers.get('request-id')?.slice(0, 60);
    this.#parts.log.debug({ method, status, code, request, pause }, 'Microsoft Graph refused a call');
    const words = `the service answers ${status}${code === undefined ? '' : ` ${code}`} to ${method}${request === undefined ? '' : ` (request ${request})`}`;
    return new GraphFault(kind, words);
  }
}

/** A file or folder by its name in a folder; undefined: at the top of the library. */
function pathOf(folder: string | undefined, name: string): string {
  const at = folder === undefined ? 'root' : `items/${encodeURIComponent(folder)}`;
  return `${at}:/${encodeURIComponent(name)}`;
}
