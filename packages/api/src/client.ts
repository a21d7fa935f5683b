// A typed client of the REST API, by mutual TLS. Every answer is checked against its schema, and every failure is
// an ApiError with the problem document that the server gave.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { z } from 'zod';
import { ChangeClient } from './change-client.ts';
import { type Call, type Download, textOf } from './client-call.ts';
import { type ProblemDocument, problemSchema } from './common.ts';
import { deviceListSchema, type deviceQuerySchema, deviceSchema, type postDeviceSchema } from './devices.ts';
import {
  emailRecipientPageSchema,
  type emailRecipientQuerySchema,
  type postEmailRecipientSchema,
  type revokeEmailRecipientSchema,
} from './email.ts';
import { erraticPageSchema, type erraticQuerySchema } from './erratic.ts';
import { type exportOwnerSchema, exportSchema, type postExportSchema, type postTitleExportSchema } from './exports.ts';
import { type ImportKind, importResultSchema } from './imports.ts';
import {
  type escalateIncidentSchema,
  incidentChangesSchema,
  incidentPageSchema,
  type incidentQuerySchema,
  incidentSchema,
  incidentTargetsListSchema,
  incidentUpdatePageSchema,
  type incidentUpdateQuerySchema,
  type moveIncidentSchema,
  type postIncidentSchema,
  type postIncidentTargetsSchema,
  type postIncidentUpdateSchema,
  type putIncidentSchema,
  raisedIncidentSchema,
} from './incidents.ts';
import {
  type messageLifeQuerySchema,
  messageLifeSchema,
  messagePageSchema,
  type messageQuerySchema,
  streamPageSchema,
  type streamQuerySchema,
} from './messages.ts';
import { noticePageSchema, type noticeQuerySchema, type postNoticesReadSchema } from './notices.ts';
import {
  officerPageSchema,
  officerPolicySchema,
  type officerQuerySchema,
  type postOfficerSchema,
  type revokeOfficerSchema,
} from './officers.ts';
import {
  certificatePageSchema,
  type certificateQuerySchema,
  changedSchema,
  partyPageSchema,
  type partyQuerySchema,
  type postCertificateSchema,
  type putPartySchema,
  type putUserIdSchema,
  type revokeCertificateSchema,
  type setCertificateRoleSchema,
  userIdPageSchema,
  type userIdQuerySchema,
} from './parties.ts';

import {
  affectedSchema,
  heldMessagePageSchema,
  type heldMessageQuerySchema,
  type ownerQuerySchema,
  type postEventSchema,
  type postReleaseSchema,
  quarantineEventPageSchema,
  type quarantineEventQuerySchema,
  quarantineLifeSchema,
  releasePageSchema,
  type releaseQuerySchema,
  releaseSchema,
} from './quarantine.ts';
import { type ofDeviceMonthSchema, type ReportName, reportListSchema } from './reports.ts';
import {
  type postSubmissionSchema,
  type receiptQuerySchema,
  stoppedPageSchema,
  type stoppedQuerySchema,
  submissionLifeSchema,
  type submissionOwnerSchema,
  submissionPageSchema,
  type submissionQuerySchema,
} from './submissions.ts';
import {
  type contributorsQuerySchema,
  contributorsSchema,
  explanationSchema,
  limitListSchema,
  serviceListSchema,
  thresholdPageSchema,
  type thresholdQuerySchema,
  thresholdUsageSchema,
} from './thresholds.ts';
import { titlePageSchema, type titleQuerySchema } from './titles.ts';

export type { Download } from './client-call.ts';

export interface ClientOptions {
  /** e.g. 'https://127.0.0.1:8443' */
  readonly address: string;
  /** PEM: the registered client certificate with its key. */
  readonly certificate: string | Buffer;
  readonly key: string | Buffer;
  /** PEM: the authorities that the gateway's certificate is checked against; the system's when left out. */
  readonly authorities?: string | Buffer;
  /** Why a machine of the Operator reads a User's own record; 10 to 500 characters, which the User sees. */
  readonly reason?: string;
  /** Milliseconds without a byte after which a call has failed; 30 s when left out. */
  readonly timeoutMilliseconds?: number;
}

/** The server's problem document; `problem` is undefined when the answer was none of the API's. */
export class ApiError extends Error {
  readonly status: number;
  readonly problem: ProblemDocument | undefined;
  constructor(status: number, problem: ProblemDocument | undefined) {
    super(problem === undefined ? `the answer has status ${status} and is no problem document` : describe(problem));
    this.name = 'ApiError';
    this.status = status;
    this.problem = problem;
  }
}

function describe({ code, title, detail, action }: ProblemDocument): string {
  return [`${code}: ${title}`, detail, action].filter((part) => part !== undefined).join(' ');
}

/** Longest answer that is taken, in bytes; a page has at most 200 items. */
const LONGEST_ANSWER = 16 * 1024 * 1024;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export class PenstockClient {
  readonly #options: ClientOptions;
  readonly #agent: Agent;
  /** Changes, and what they are measured against. */
  readonly changes: ChangeClient;

  constructor(options: ClientOptions) {
    this.#options = options;
    const { certificate, key, authorities } = options;
    this.#agent = new Agent({
      keepAlive: true,
      cert: certificate,
      key,
      minVersion: 'TLSv1.2',
      ...(authorities === undefined ? {} : { ca: authorities }),
    });
    this.changes = new ChangeClient({
      call: (call) => this.#call(call),
      download: (path) => this.#download(path, {}),
    });
  }

  /** Headers of every call. */
  #ofEach(): Record<string, string> {
    const { reason } = this.#options;
    return reason === undefined ? {} : { 'penstock-reason': encodeURIComponent(reason) };
  }

  /** Closes the connections. */
  close(): void {
    this.#agent.destroy();
  }

  parties(query: z.input<typeof partyQuerySchema> = {}) {
    return this.#call({ method: 'GET', path: '/parties', query: textOf(query), answer: partyPageSchema });
  }
  putParty(partyId: string, party: z.input<typeof putPartySchema>) {
    const path = `/parties/${encodeURIComponent(partyId)}`;
    return this.#call({ method: 'PUT', path, body: party, answer: changedSchema });
  }
  userIds(query: z.input<typeof userIdQuerySchema> = {}) {
    return this.#call({ method: 'GET', path: '/user-ids', query: textOf(query), answer: userIdPageSchema });
  }
  putUserId(userId: string, user: z.input<typeof putUserIdSchema>) {
    return this.#call({ method: 'PUT', path: `/user-ids/${userId}`, body: user, answer: changedSchema });
  }
  certificates(query: z.input<typeof certificateQuerySchema> = {}) {
    return this.#call({ method: 'GET', path: '/certificates', query: textOf(query), answer: certificatePageSchema });
  }
  postCertificate(certificate: z.input<typeof postCertificateSchema>) {
    return this.#call({ method: 'POST', path: '/certificates', body: certificate, answer: changedSchema });
  }
  setCertificateRole(certificate: z.input<typeof setCertificateRoleSchema>) {
    return this.#call({ method: 'POST', path: '/certificates/role', body: certificate, answer: changedSchema });
  }
  revokeCertificate(certificate: z.input<typeof revokeCertificateSchema>) {
    return this.#call({ method: 'POST', path: '/certificates/revoke', body: certificate, answer: changedSchema });
  }
  officers(query: z.input<typeof officerQuerySchema> = {}) {
    return this.#call({ method: 'GET', path: '/officers', query: textOf(query), answer: officerPageSchema });
  }
  postOfficer(officer: z.input<typeof postOfficerSchema>) {
    return this.#call({ method: 'POST', path: '/officers', body: officer, answer: changedSchema });
  }
  revokeOfficer(officer: z.input<typeof revokeOfficerSchema>) {
    return this.#call({ method: 'POST', path: '/officers/revoke', body: officer, answer: changedSchema });
  }
  officerPolicy(query: z.input<typeof ownerQuerySchema> = {}) {
    return this.#call({ method: 'GET', path: '/officer-policy', query: textOf(query), answer: officerPolicySchema });
  }
  putOfficerPolicy(userId: string, policy: z.input<typeof officerPolicySchema>) {
    const path = `/user-ids/${userId}/officer-policy`;
    return this.#call({ method: 'PUT', path, body: policy, answer: changedSchema });
  }
  /** Sends a CSV file; the faults of one that is refused are in the ApiError's problem. */
  import(kind: ImportKind, file: AsyncIterable<Uint8Array>) {
    const typed = { type: 'text/csv', bytes: file };
    return this.#call({ method: 'POST', path: `/imports/${kind}`, file: typed, answer: importResultSchema });
  }
  devices(query: z.input<typeof deviceQuerySchema>) {
    return this.#call({ method: 'GET', path: '/devices', query, answer: deviceListSchema });
  }
  device(device: string) {
    return this.#call({ method: 'GET', path: `/devices/${device}`, answer: deviceSchema });
  }
  postDevice(device: z.input<typeof postDeviceSchema>) {
    return this.#call({ method: 'POST', path: '/devices', body: device, answer: changedSchema });
  }
  messages(query: z.input<typeof messageQuerySchema> = {}) {
    return this.#call({ method: 'GET', path: '/messages', query: textOf(query), answer: messagePageSchema });
  }
  /** One message's whole life; `position` as a page gives it, '2026-11-22/123'. */
  message(position: string, query: z.input<typeof messageLifeQuerySchema> = {}) {
    return this.#call({
      method: 'GET',
      path: `/messages/${position}`,
      query: textOf(query),
      answer: messageLifeSchema,
    });
  }
  /** Why a message passed, was held or was deleted. */
  verdict(position: string, query: z.input<typeof messageLifeQuerySchema> = {}) {
    const path = `/messages/${position}/verdict`;
    return this.#call({ method: 'GET', path, query: textOf(query), answer: explanationSchema });
  }
  /** Titles of everybody's messages that concern a device, newest first. */
  titles(device: string, query: z.input<typeof titleQuerySchema> = {}) {
    const path = `/devices/${device}/titles`;
    return this.#call({ method: 'GET', path, query: textOf(query), answer: titlePageSchema });
  }
  /** Devices of one's own that do far more than they usually do, the worst first. */
  erraticDevices(query: z.input<typeof erraticQuerySchema> = {}) {
    return this.#call({ method: 'GET', path: '/devices/erratic', query: textOf(query), answer: erraticPageSchema });
  }
  /** Asks for a file of a User's own record; `export` tells how far it is. */
  postExport(question: z.input<typeof postExportSchema> = {}) {
    return this.#call({ method: 'POST', path: '/exports', body: question, answer: exportSchema });
  }
  /** The same of the titles of a device. */
  postTitleExport(device: string, question: z.input<typeof postTitleExportSchema> = {}) {
    const path = `/devices/${device}/titles/exports`;
    return this.#call({ method: 'POST', path, body: question, answer: exportSchema });
  }
  export(name: string, query: z.input<typeof exportOwnerSchema> = {}) {
    return this.#call({ method: 'GET', path: `/exports/${name}`, query: textOf(query), answer: exportSchema });
  }
  thresholds(query: z.input<typeof thresholdQuerySchema> = {}) {
    return this.#call({ method: 'GET', path: '/thresholds', query: textOf(query), answer: thresholdPageSchema });
  }
  contributors(thresholdId: string, query: z.input<typeof contributorsQuerySchema> = {}) {
    const path = `/thresholds/${thresholdId}/contributors`;
    return this.#call({ method: 'GET', path, query: textOf(query), answer: contributorsSchema });
  }
  thresholdUsage(thresholdId: string) {
    return this.#call({ method: 'GET', path: `/thresholds/${thresholdId}/usage`, answer: thresholdUsageSchema });
  }
  limits() {
    return this.#call({ method: 'GET', path: '/limits', answer: limitListSchema });
  }
  services() {
    return this.#call({ method: 'GET', path: '/services', answer: serviceListSchema });
  }
  streams(query: z.input<typeof streamQuerySchema> = {}) {
    return this.#call({ method: 'GET', path: '/streams', query: textOf(query), answer: streamPageSchema });
  }

  /** Delivers a signed file; what became of it is told by `submission`. */
  submit(file: AsyncIterable<Uint8Array>, signature: Uint8Array, query: z.input<typeof postSubmissionSchema> = {}) {
    const boundary = `penstock-${randomUUID()}`;
    const delivery = {
      type: `multipart/form-data; boundary=${boundary}`,
      bytes: multipartOf(boundary, [
        ['file', file],
        ['signature', [signature]],
      ]),
    };
    const call = { method: 'POST', path: '/submissions', query: textOf(query), file: delivery } as const;
    return this.#call({ ...call, answer: submissionLifeSchema });
  }
  submissions(query: z.input<typeof submissionQuerySchema> = {}) {
    return this.#call({ method: 'GET', path: '/submissions', query: textOf(query), answer: submissionPageSchema });
  }
  /** Delivers a signature over a file that was delivered before. */
  addSignature(sha256: string, signature: Uint8Array, query: z.input<typeof submissionOwnerSchema> = {}) {
    const boundary = `penstock-${randomUUID()}`;
    const type = `multipart/form-data; boundary=${boundary}`;
    const file = { type, bytes: multipartOf(boundary, [['signature', [signature]]]) };
    const path = `/submissions/${sha256}/signatures`;
    return this.#call({ method: 'POST', path, query: textOf(query), file, answer: submissionLifeSchema });
  }
  /** Takes a file back that is not applied yet. */
  withdraw(sha256: string, query: z.input<typeof submissionOwnerSchema> = {}) {
    const path = `/submissions/${sha256}/withdraw`;
    return this.#call({ method: 'POST', path, query: textOf(query), answer: submissionLifeSchema });
  }
  /** Tries a file again that waits for the Operator. */
  retrySubmission(sha256: string, query: z.input<typeof submissionOwnerSchema> = {}) {
    const path = `/submissions/${sha256}/retry`;
    return this.#call({ method: 'POST', path, query: textOf(query), answer: submissionLifeSchema });
  }
  /** Files of all Users that wait for the Operator. */
  stoppedSubmissions(query: z.input<typeof stoppedQuerySchema> = {}) {
    const path = '/submissions/needing-operator';
    return this.#call({ method: 'GET', path, query: textOf(query), answer: stoppedPageSchema });
  }
  submission(sha256: string, query: z.input<typeof submissionOwnerSchema> = {}) {
    const path = `/submissions/${sha256}`;
    return this.#call({ method: 'GET', path, query: textOf(query), answer: submissionLifeSchema });
  }
  quarantineEvents(query: z.input<typeof quarantineEventQuerySchema> = {}) {
    const path = '/quarantine/events';
    return this.#call({ method: 'GET', path, query: textOf(query), answer: quarantineEventPageSchema });
  }
  quarantineEvent(event: string, query: z.input<typeof ownerQuerySchema> = {}) {
    const path = `/quarantine/events/${event}`;
    return this.#call({ method: 'GET', path, query: textOf(query), answer: quarantineLifeSchema });
  }
  postQuarantineEvent(
    event: string,
    change: z.input<typeof postEventSchema>,
    query: z.input<typeof ownerQuerySchema> = {},
  ) {
    const path = `/quarantine/events/${event}`;
    return this.#call({ method: 'POST', path, query: textOf(query), body: change, answer: quarantineLifeSchema });
  }
  affected(event: string, query: z.input<typeof ownerQuerySchema> = {}) {
    const path = `/quarantine/events/${event}/affected`;
    return this.#call({ method: 'GET', path, query: textOf(query), answer: affectedSchema });
  }
  heldMessages(event: string, query: z.input<typeof heldMessageQuerySchema> = {}) {
    const path = `/quarantine/events/${event}/held`;
    return this.#call({ method: 'GET', path, query: textOf(query), answer: heldMessagePageSchema });
  }
  /** The Quarantined Communications Report of an event, as it comes, with the Operator's signature over it. */
  async report(event: string, query: z.input<typeof ownerQuerySchema> = {}): Promise<Download> {
    return this.#download(`/quarantine/events/${event}/report`, query);
  }
  /** The bytes of a file as it was delivered. */
  async original(sha256: string, query: z.input<typeof submissionOwnerSchema> = {}): Promise<Download> {
    return this.#download(`/submissions/${sha256}/file`, query);
  }
  /** The last receipt of a file, or the last of one state. */
  async receipt(sha256: string, query: z.input<typeof receiptQuerySchema> = {}): Promise<Download> {
    return this.#download(`/submissions/${sha256}/receipt`, query);
  }
  /** The Operator's signature over that receipt, in PEM. */
  async receiptSignature(sha256: string, query: z.input<typeof receiptQuerySchema> = {}): Promise<Download> {
    return this.#download(`/submissions/${sha256}/receipt/signature`, query);
  }

  /** Which reports there are, and what each takes. */
  reports() {
    return this.#call({ method: 'GET', path: '/reports', answer: reportListSchema });
  }
  /** One report as a CSV file; what it takes is said by `reports`. */
  async reportFile(name: ReportName, query: Partial<z.input<typeof ofDeviceMonthSchema>> = {}): Promise<Download> {
    return this.#download(`/reports/${name}`, query);
  }

  /** The file of an export from a byte on; `isPart` false: the server begins at its first byte all the same. */
  async exportFile(
    name: string,
    { from, ...query }: z.input<typeof exportOwnerSchema> & { readonly from: number },
  ): Promise<Download & { readonly isPart: boolean }> {
    const headers = from === 0 ? {} : { range: `bytes=${from}-`, 'if-range': `"${name}"` };
    const { incoming, ...download } = await this.#download(`/exports/${name}/file`, query, headers);
    return { ...download, isPart: incoming.statusCode === 206 };
  }

  async #download(
    path: string,
    query: Readonly<Record<string, unknown>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Download & { readonly incoming: IncomingMessage }> {
    const url = this.#urlOf({ path, query: textOf(query) });
    const timeout = this.#options.timeoutMilliseconds ?? 300_000;
    const outgoing = request(url, { agent: this.#agent, timeout, headers: { ...this.#ofEach(), ...headers } });
    outgoing.once('timeout', () => outgoing.destroy(new Error('no answer in time')));
    outgoing.end();
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    if (incoming.statusCode !== 200 && incoming.statusCode !== 206) {
      const problem = problemSchema.safeParse(parseJson(await textOfAnswer(incoming))).data;
      throw new ApiError(incoming.statusCode ?? 0, problem);
    }
    const signature = incoming.headers['penstock-signature'];
    return {
      incoming,
      bytes: incoming,
      signature: typeof signature === 'string' ? Buffer.from(signature, 'base64') : undefined,
    };
  }
  emailRecipients(query: z.input<typeof emailRecipientQuerySchema> = {}) {
    return this.#call({
      method: 'GET',
      path: '/email-recipients',
      query: textOf(query),
      answer: emailRecipientPageSchema,
    });
  }
  postEmailRecipient(body: z.input<typeof postEmailRecipientSchema>) {
    return this.#call({ method: 'POST', path: '/email-recipients', body, answer: changedSchema });
  }
  revokeEmailRecipient(body: z.input<typeof revokeEmailRecipientSchema>) {
    return this.#call({ method: 'POST', path: '/email-recipients/revoke', body, answer: changedSchema });
  }
  releases(query: z.input<typeof releaseQuerySchema> = {}) {
    return this.#call({ method: 'GET', path: '/releases', query: textOf(query), answer: releasePageSchema });
  }
  postRelease(
    submission: string,
    change: z.input<typeof postReleaseSchema>,
    query: z.input<typeof ownerQuerySchema> = {},
  ) {
    const path = `/releases/${submission}`;
    return this.#call({ method: 'POST', path, query: textOf(query), body: change, answer: releaseSchema });
  }
  notices(query: z.input<typeof noticeQuerySchema> = {}) {
    return this.#call({ method: 'GET', path: '/notices', query: textOf(query), answer: noticePageSchema });
  }
  postNoticesRead(body: z.input<typeof postNoticesReadSchema>) {
    return this.#call({ method: 'POST', path: '/notices/read', body, answer: changedSchema });
  }
  incidents(query: z.input<typeof incidentQuerySchema> = {}) {
    return this.#call({ method: 'GET', path: '/incidents', query: textOf(query), answer: incidentPageSchema });
  }
  raiseIncident(body: z.input<typeof postIncidentSchema>) {
    return this.#call({ method: 'POST', path: '/incidents', body, answer: raisedIncidentSchema });
  }
  incident(incident: string) {
    return this.#call({ method: 'GET', path: `/incidents/${incident}`, answer: incidentSchema });
  }
  putIncident(incident: string, body: z.input<typeof putIncidentSchema>) {
    return this.#call({ method: 'PUT', path: `/incidents/${incident}`, body, answer: incidentSchema });
  }
  moveIncident(incident: string, body: z.input<typeof moveIncidentSchema>) {
    return this.#call({ method: 'POST', path: `/incidents/${incident}/move`, body, answer: incidentSchema });
  }
  escalateIncident(incident: string, body: z.input<typeof escalateIncidentSchema>) {
    return this.#call({ method: 'POST', path: `/incidents/${incident}/escalate`, body, answer: incidentSchema });
  }
  incidentChanges(incident: string) {
    return this.#call({ method: 'GET', path: `/incidents/${incident}/changes`, answer: incidentChangesSchema });
  }
  /** All versions of targets, and which is in force. */
  incidentTargets() {
    return this.#call({ method: 'GET', path: '/incidents/targets', answer: incidentTargetsListSchema });
  }
  setIncidentTargets(body: z.input<typeof postIncidentTargetsSchema>) {
    return this.#call({ method: 'POST', path: '/incidents/targets', body, answer: incidentTargetsListSchema });
  }
  incidentUpdates(incident: string, query: z.input<typeof incidentUpdateQuerySchema> = {}) {
    const path = `/incidents/${incident}/updates`;
    return this.#call({ method: 'GET', path, query: textOf(query), answer: incidentUpdatePageSchema });
  }
  postIncidentUpdate(incident: string, body: z.input<typeof postIncidentUpdateSchema>) {
    return this.#call({ method: 'POST', path: `/incidents/${incident}/updates`, body, answer: incidentSchema });
  }

  #urlOf({ path, query }: Pick<Call<z.ZodType>, 'path' | 'query'>): URL {
    const url = new URL(`/api/v1${path}`, this.#options.address);
    for (const [name, value] of Object.entries(query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    return url;
  }

  async #call<Schema extends z.ZodType>(call: Call<Schema>): Promise<z.output<Schema>> {
    const { status, text } = await this.#send(this.#urlOf(call), call);
    const json = parseJson(text);
    if (status === 200 || status === 202) return call.answer.parse(json);
    throw new ApiError(status, problemSchema.safeParse(json).data);
  }

  async #send(url: URL, call: Call<z.ZodType>): Promise<{ status: number; text: string }> {
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    const type = call.file?.type ?? 'application/json';
    const outgoing = request(url, {
      agent: this.#agent,
      method: call.method,
      timeout: this.#options.timeoutMilliseconds ?? 30_000,
      headers: {
        ...this.#ofEach(),
        ...(body === undefined && call.file === undefined ? {} : { 'content-type': type }),
      },
    });
    outgoing.once('timeout', () => outgoing.destroy(new Error('no answer in time')));
    const answered = new Promise<{ status: number; text: string }>((resolve, reject) => {
      outgoing.once('error', reject);
      outgoing.once('response', (incoming) => {
        textOfAnswer(incoming).then((text) => {
          if (!outgoing.writableEnded) outgoing.destroy();
          resolve({ status: incoming.statusCode ?? 0, text });
        }, reject);
      });
    });
    // A file that is refused before it is read to its end is answered all the same: the answer says why.
    if (call.file !== undefined) {
      const [answer, sent] = await Promise.allSettled([answered, pipeline(Readable.from(call.file.bytes), outgoing)]);
      if (answer.status === 'fulfilled') return answer.value;
      throw sent.status === 'rejected' ? sent.reason : answer.reason;
    }
    outgoing.end(body);
    return answered;
  }
}

async function textOfAnswer(incoming: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming) {
    bytes += chunk.length;
    if (bytes > LONGEST_ANSWER) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** A form of files, as it is sent. */
async function* multipartOf(
  boundary: string,
  parts: readonly (readonly [string, AsyncIterable<Uint8Array> | Iterable<Uint8Array>])[],
): AsyncGenerator<Uint8Array> {
  for (const [name, bytes] of parts) {
    const head = `--${boundary}\r\ncontent-disposition: form-data; name="${name}"; filename="${name}"\r\ncontent-type: application/octet-stream\r\n\r\n`;
    yield Buffer.from(head, 'latin1');
    yield* bytes;
    yield Buffer.from('\r\n', 'latin1');
  }
  yield Buffer.from(`--${boundary}--\r\n`, 'latin1');
}
