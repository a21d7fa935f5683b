/**
 * A stand-in for Microsoft Graph and its sign-in service: a document library as the published contract has it, on
 * loopback, with the failures that a test asks for. It is written from the reference of v1.0 (driveItem, delta,
 * createUploadSession, throttling guidance, client credentials) and was never compared with a tenant.
 */
import { createPublicKey, randomUUID, verify, X509Certificate } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { QuickXorHash } from './quick-xor-hash.ts';

const UPLOAD_STEP = 320 * 1024;
const MOST_SIMPLE = 4 * 1024 * 1024;

interface Item {
  readonly id: string;
  name: string;
  parent: string | undefined;
  bytes: Buffer | undefined;
  /** The size that is told of it; undefined: that of its bytes. */
  claimed?: number | undefined;
  /** A shortcut to it. */
  target?: string;
  version: number;
  edits: number;
  changed: number;
  isDeleted: boolean;
  isPending: boolean;
}

interface Upload {
  readonly parent: string;
  readonly name: string;
  pieces: Buffer[];
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly hasToken: boolean;
}

/** An answer in the place of the usual one: `cut` breaks the connection in the middle of the usual answer. */
export type Failure = { status: number; headers?: Record<string, string>; body?: string | Buffer } | 'cut';

export interface StandInOptions {
  readonly clientId: string;
  readonly secret?: string;
  /** PEM, for a client that shows a signed assertion. */
  readonly certificate?: string;
}

export class GraphStandIn {
  readonly drive = 'b!stand-in-library';
  readonly tenant = 'stand-in.example';
  readonly asked: Asked[] = [];
  /** Of a page of children, and of changes. */
  pageSize = 3;
  /** Where a token came to an address that lets in by itself. */
  leaks = 0;
  tokensGiven = 0;
  /** For which a token is good. */
  tokenSeconds = 3_599;
  /** Told of each call `METHOD /path` before it is carried out. */
  onAsked: ((call: string) => void) | undefined;
  readonly #options: StandInOptions;
  readonly #items = new Map<string, Item>();
  readonly #uploads = new Map<string, Upload>();
  readonly #failures: { match: RegExp; failure: Failure; times: number; after: boolean }[] = [];
  #tokens = new Set<string>();
  #changes = 0;
  #oldestLink = 0;
  #server: Server | undefined;
  origin = '';

  constructor(options: StandInOptions) {
    this.#options = options;
    this.#add(undefined, 'root', undefined, 'ROOT');
  }

  async start(): Promise<this> {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
    await new Promise<void>((resolve) => this.#server?.listen(0, '127.0.0.1', resolve));
    this.origin = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  /** Answers calls `METHOD /path` that match with a failure; `after`: the call is carried out all the same. */
  fail(match: RegExp, failure: Failure, { times = 1, after = false } = {}): void {
    this.#failures.push({ match, failure, times, after });
  }

  heal(): void {
    this.#failures.length = 0;
  }

  expireTokens(): void {
    this.#tokens = new Set();
  }

  /** Links that were given so far are no longer known. */
  forgetLinks(): void {
    this.#changes++;
    this.#oldestLink = this.#changes;
  }

  // ---------------------------------------------------------------- what people do in the library

  /** 'Penstock/X/incoming' -> its item */
  find(path: string): Item | undefined {
    let found = this.#items.get('ROOT');
    for (const name of path.split('/')) found = found && this.#childOf(found.id, name);
    return found;
  }

  folder(path: string): string {
    const [parent, name] = this.#parentOf(path);
    return this.#add(parent, name, undefined).id;
  }

  /** @param claimed the size that is told of it */
  put(path: string, bytes: string | Buffer, claimed?: number): string {
    const [parent, name] = this.#parentOf(path);
    const item = this.#write(parent, name, Buffer.from(bytes));
    item.claimed = claimed;
    return item.id;
  }

  shortcut(path: string, target: string): void {
    const [parent, name] = this.#parentOf(path);
    this.#add(parent, name, undefined).target = target;
  }

  remove(path: string): void {
    this.#delete(this.#require(path));
  }

  move(path: string, to: string): void {
    const item = this.#require(path);
    const [parent, name] = this.#parentOf(to);
    Object.assign(item, { parent, name });
    this.#touch(item);
  }

  /** Whether its content is still coming. */
  pend(path: string, isPending: boolean): void {
    const item = this.#require(path);
    item.isPending = isPending;
    this.#touch(item);
  }

  list(path: string): string[] {
    return this.#childrenOf(this.#require(path).id).map(({ name }) => name);
  }

  read(path: string): Buffer {
    return this.#require(path).bytes ?? Buffer.alloc(0);
  }

  // ---------------------------------------------------------------- the library

  #require(path: string): Item {
    const found = this.find(path);
    if (found === undefined) throw new Error(`there is no ${path} in the library`);
    return found;
  }

  #parentOf(path: string): [string, string] {
    const names = path.split('/');
    const name = names.pop() ?? '';
    return [names.length === 0 ? 'ROOT' : this.#require(names.join('/')).id, name];
  }

  #add(parent: string | undefined, name: string, bytes: Buffer | undefined, id = randomId()): Item {
    const item: Item = {
      id,
      name,
      parent,
      bytes,
      version: 1,
      edits: 1,
      changed: 0,
      isDeleted: false,
      isPending: false,
    };
    this.#items.set(id, item);
    this.#touch(item);
    return item;
  }

  #touch(item: Item): void {
    item.changed = ++this.#changes;
    item.edits++;
  }

  #write(parent: string, name: string, bytes: Buffer): Item {
    const known = this.#childOf(parent, name);
    if (known === undefined) return this.#add(parent, name, bytes);
    known.bytes = bytes;
    known.version++;
    this.#touch(known);
    return known;
  }

  #delete(item: Item): void {
    for (const child of this.#childrenOf(item.id)) this.#delete(child);
    item.isDeleted = true;
    this.#touch(item);
  }

  #childrenOf(parent: string): Item[] {
    return [...this.#items.values()].filter((item) => item.parent === parent && !item.isDeleted);
  }

  #childOf(parent: string, name: string): Item | undefined {
    return this.#childrenOf(parent).find((item) => item.name.toLowerCase() === name.toLowerCase());
  }

  #shown(item: Item): object {
    const { id, name, parent, bytes, version, edits } = item;
    const parentReference = { driveId: this.drive, driveType: 'documentLibrary', ...(parent ? { id: parent } : {}) };
    if (item.isDeleted) return { id, parentReference, deleted: { state: 'deleted' } };
    const tags = { eTag: `"{${id}},${edits}"`, cTag: `"c:{${id}},${version}"` };
    const common = {
      id,
      name,
      parentReference,
      size: item.claimed ?? bytes?.length ?? 0,
      webUrl: `https://x.example/${id}`,
      ...tags,
    };
    if (item.target !== undefined) return { ...common, remoteItem: { id: item.target, folder: {} } };
    if (bytes === undefined) return { ...common, folder: { childCount: this.#childrenOf(id).length } };
    const quickXorHash = new QuickXorHash().update(bytes).digest();
    return {
      ...common,
      file: { mimeType: 'text/csv', hashes: { quickXorHash } },
      lastModifiedBy: { user: { displayName: 'An Officer', email: 'officer@example.org' } },
      ...(item.isPending
        ? { pendingOperations: { pendingContentUpdate: { queuedDateTime: '2026-11-22T10:00:00Z' } } }
        : {}),
      '@microsoft.graph.downloadUrl': `${this.origin}/download/${id}/${version}`,
    };
  }

  // ---------------------------------------------------------------- the service

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', this.origin);
    const path = decodeURIComponent(url.pathname);
    const method = request.method ?? '';
    const authorization = request.headers.authorization;
    this.asked.push({ method, path, hasToken: authorization !== undefined });
    const body: Buffer[] = [];
    for await (const piece of request) body.push(piece as Buffer);
    this.onAsked?.(`${method} ${path}`);
    const failure = this.#failures.find(({ match, times }) => times > 0 && match.test(`${method} ${path}`));
    if (failure !== undefined) {
      failure.times--;
      if (failure.failure !== 'cut') {
        if (failure.after) this.#serve(request, url, path, Buffer.concat(body));
        response.writeHead(failure.failure.status, failure.failure.headers).end(failure.failure.body);
        return;
      }
    }
    const { status, json, bytes } = this.#serve(request, url, path, Buffer.concat(body));
    const content = bytes ?? (json === undefined ? undefined : Buffer.from(JSON.stringify(json)));
    const type = bytes === undefined ? 'application/json' : 'application/octet-stream';
    response.writeHead(status, {
      'request-id': randomUUID(),
      ...(content === undefined ? {} : { 'content-type': type, 'content-length': content.length }),
    });
    if (failure === undefined) response.end(content);
    else response.write((content ?? Buffer.alloc(0)).subarray(0, (content?.length ?? 0) / 2), () => response.destroy());
  }

  #serve(request: IncomingMessage, url: URL, path: string, body: Buffer): Answer {
    const { method = '' } = request;
    const hasToken = request.headers.authorization !== undefined;
    if (path === `/${this.tenant}/oauth2/v2.0/token`) return this.#token(body);
    if (path.startsWith('/download/') || path.startsWith('/upload/')) {
      if (hasToken) this.leaks++;
      if (hasToken) return refusal(401, 'unauthenticated');
      return path.startsWith('/download/') ? this.#download(path) : this.#piece(path, method, request, body);
    }
    if (!this.#tokens.has(request.headers.authorization ?? '')) return refusal(401, 'InvalidAuthenticationToken');
    const base = `/v1.0/drives/${this.drive}/`;
    if (!path.startsWith(base)) return refusal(404, 'itemNotFound');
    return this.#library(method, path.slice(base.length), url, request, body);
  }

  #library(method: string, path: string, url: URL, request: IncomingMessage, body: Buffer): Answer {
    if (path === 'root/delta') return this.#delta(url);
    const [, id = 'ROOT', name, action] =
      /^(?:root|items\/([^/:]+))(?::\/([^/:]+))?(?::?\/(children|content|createUploadSession))?$/.exec(path) ?? [];
    const at = this.#items.get(id);
    if (at === undefined || at.isDeleted) return refusal(404, 'itemNotFound');
    const item = name === undefined ? at : this.#childOf(id, name);
    switch (`${method} ${action ?? ''}`) {
      case 'GET ':
        return item === undefined ? refusal(404, 'itemNotFound') : { status: 200, json: this.#shown(item) };
      case 'GET children':
        return this.#page(
          this.#childrenOf(id).map((child) => this.#shown(child)),
          url,
          {},
        );
      case 'POST children':
        return this.#makeFolder(id, body);
      case 'PUT content':
        if (body.length > MOST_SIMPLE) return refusal(413, 'tooLarge');
        if (item !== undefined && item.bytes === undefined) return refusal(409, 'nameAlreadyExists');
        return { status: 201, json: this.#shown(this.#write(id, name ?? '', body)) };
      case 'POST createUploadSession': {
        const session = randomId();
        this.#uploads.set(session, { parent: id, name: name ?? '', pieces: [] });
        return { status: 200, json: this.#session(session) };
      }
      case 'DELETE ': {
        if (item === undefined) return refusal(404, 'itemNotFound');
        const ifMatch = request.headers['if-match'];
        if (ifMatch !== undefined && ifMatch !== `"{${item.id}},${item.edits}"`)
          return refusal(412, 'resourceModified');
        this.#delete(item);
        return { status: 204 };
      }
      default:
        return refusal(405, 'notAllowed');
    }
  }

  #makeFolder(parent: string, body: Buffer): Answer {
    const { name } = JSON.parse(body.toString());
    if (this.#childOf(parent, name) !== undefined) return refusal(409, 'nameAlreadyExists');
    return { status: 201, json: this.#shown(this.#add(parent, name, undefined)) };
  }

  #page(all: readonly object[], url: URL, last: object): Answer {
    const skip = Number(url.searchParams.get('$skiptoken') ?? 0);
    const value = all.slice(skip, skip + this.pageSize);
    const next = new URL(url);
    next.searchParams.set('$skiptoken', String(skip + this.pageSize));
    const more = skip + this.pageSize < all.length;
    return { status: 200, json: { value, ...(more ? { '@odata.nextLink': next.href } : last) } };
  }

  #delta(url: URL): Answer {
    const token = url.searchParams.get('token');
    const link = new URL(`${url.origin}${url.pathname}`);
    link.searchParams.set('token', String(this.#changes));
    if (token === 'latest') return { status: 200, json: { value: [], '@odata.deltaLink': link.href } };
    if (Number(token) < this.#oldestLink) return refusal(410, 'resyncChangesApplyDifferences');
    const changed = [...this.#items.values()].filter((item) => item.changed > Number(token ?? 0));
    changed.sort((one, other) => one.changed - other.changed);
    return this.#page(
      changed.map((item) => this.#shown(item)),
      url,
      { '@odata.deltaLink': link.href },
    );
  }

  #token(body: Buffer): Answer {
    const asked = new URLSearchParams(body.toString());
    const isKnown =
      asked.get('grant_type') === 'client_credentials' &&
      asked.get('scope') === `${this.origin}/.default` &&
      asked.get('client_id') === this.#options.clientId &&
      (this.#options.secret === undefined
        ? this.#isAsserted(asked.get('client_assertion') ?? '')
        : asked.get('client_secret') === this.#options.secret);
    if (!isKnown) {
      const error_description = 'AADSTS7000215: Invalid client secret provided.\r\nTrace ID: x';
      return { status: 401, json: { error: 'invalid_client', error_description } };
    }
    this.tokensGiven++;
    const access_token = randomUUID();
    this.#tokens.add(`Bearer ${access_token}`);
    return { status: 200, json: { token_type: 'Bearer', expires_in: this.tokenSeconds, access_token } };
  }

  #isAsserted(assertion: string): boolean {
    const [header = '', payload = '', signature = ''] = assertion.split('.');
    const certificate = new X509Certificate(this.#options.certificate ?? '');
    const { alg, 'x5t#S256': thumbprint } = JSON.parse(Buffer.from(header, 'base64url').toString());
    const { aud, iss, sub, exp } = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const key = {
      key: createPublicKey(certificate.publicKey.export({ type: 'spki', format: 'pem' })),
      padding: 6,
      saltLength: 32,
    };
    const expected = Buffer.from(certificate.fingerprint256.replaceAll(':', ''), 'hex').toString('base64url');
    return (
      alg === 'PS256' &&
      thumbprint === expected &&
      aud === `${this.origin}/${this.tenant}/oauth2/v2.0/token` &&
      iss === this.#options.clientId &&
      sub === iss &&
      exp * 1_000 > Date.now() &&
      verify('sha256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url'))
    );
  }

  #download(path: string): Answer {
    const [, , id = '', version] = path.split('/');
    const item = this.#items.get(id);
    if (item?.bytes === undefined || item.isDeleted || String(item.version) !== version)
      return refusal(404, 'itemNotFound');
    return { status: 200, bytes: item.bytes };
  }

  #session(session: string): object {
    const received = this.#uploads.get(session)?.pieces.reduce((sum, piece) => sum + piece.length, 0) ?? 0;
    return {
      uploadUrl: `${this.origin}/upload/${session}`,
      expirationDateTime: new Date(Date.now() + 3_600_000).toISOString(),
      nextExpectedRanges: [`${received}-`],
    };
  }

  #piece(path: string, method: string, request: IncomingMessage, body: Buffer): Answer {
    const session = path.split('/')[2] ?? '';
    const upload = this.#uploads.get(session);
    if (upload === undefined) return refusal(404, 'itemNotFound');
    if (method === 'GET') return { status: 200, json: this.#session(session) };
    const received = upload.pieces.reduce((sum, piece) => sum + piece.length, 0);
    const [, from, to, size] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(request.headers['content-range'] ?? '') ?? [];
    if (Number(from) !== received) return refusal(416, 'invalidRange');
    const isLast = Number(to) + 1 === Number(size);
    if (Number(to) - Number(from) + 1 !== body.length || (!isLast && body.length % UPLOAD_STEP !== 0)) {
      return refusal(400, 'invalidRequest');
    }
    upload.pieces.push(body);
    if (!isLast) return { status: 202, json: this.#session(session) };
    this.#uploads.delete(session);
    return { status: 201, json: this.#shown(this.#write(upload.parent, upload.name, Buffer.concat(upload.pieces))) };
  }
}

interface Answer {
  readonly status: number;
  readonly json?: object;
  readonly bytes?: Buffer;
}

function refusal(status: number, code: string): Answer {
  return { status, json: { error: { code, message: 'as the service words it', innerError: { date: '2026-11-22' } } } };
}

function randomId(): string {
  return `01${randomUUID().replaceAll('-', '').toUpperCase()}`;
}
