// The client's part for changes: `client.changes`.
import type { z } from 'zod';
import {
  calendarPageSchema,
  calendarParametersSchema,
  type calendarQuerySchema,
  changeFindingsSchema,
  type changeHistoryQuerySchema,
  changeIntakeSchema,
  changePageSchema,
  type changeQuerySchema,
  changeSlotsSchema,
  changeUsePageSchema,
  changeVersionPageSchema,
  changeViewSchema,
  clashListSchema,
  type clashQuerySchema,
  limitsListSchema,
  monthScheduleSchema,
  type moveChangeSchema,
  type postCalendarSchema,
  type postChangeSchema,
  type postLimitsSchema,
  type putChangeSchema,
  savedChangeSchema,
} from './change-life.ts';
import {
  type answerCommentSchema,
  attachmentListSchema,
  attachmentSchema,
  type closeMediationSchema,
  commentPageSchema,
  commentParametersSchema,
  type commentQuerySchema,
  consultationSchema,
  type joinTestingSchema,
  mediationPageSchema,
  type mediationQuerySchema,
  mediationThreadSchema,
  type postAttachmentQuerySchema,
  type postCommentSchema,
  type postMediationMessageSchema,
  type postMediationSchema,
} from './change-talk.ts';
import { type Caller, type Download, textOf } from './client-call.ts';
import { changeTrafficSchema } from './declared-traffic.ts';
import { changedSchema } from './parties.ts';

export class ChangeClient {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  #get<Schema extends z.ZodType>(path: string, answer: Schema, query: Readonly<Record<string, unknown>> = {}) {
    return this.#caller.call({ method: 'GET', path: `/changes${path}`, query: textOf(query), answer });
  }
  #post<Schema extends z.ZodType>(path: string, answer: Schema, body?: object) {
    const call = { method: 'POST', path: `/changes${path}`, answer } as const;
    return this.#caller.call(body === undefined ? call : { ...call, body });
  }

  /** In the order in which they begin, each as the caller may see it. */
  list(query: z.input<typeof changeQuerySchema> = {}) {
    return this.#get('', changePageSchema, query);
  }
  one(change: string) {
    return this.#get(`/${change}`, changeViewSchema);
  }
  /** What speaks against a change of one's own. */
  findings(change: string) {
    return this.#get(`/${change}/clashes`, changeFindingsSchema);
  }
  slots(change: string) {
    return this.#get(`/${change}/slots`, changeSlotsSchema);
  }
  history(change: string, query: z.input<typeof changeHistoryQuerySchema> = {}) {
    return this.#get(`/${change}/history`, changeVersionPageSchema, query);
  }
  /** Who of others used a change of one's own, and for what. */
  uses(change: string, query: z.input<typeof changeHistoryQuerySchema> = {}) {
    return this.#get(`/${change}/uses`, changeUsePageSchema, query);
  }
  /** What a change of one's own declares, against thresholds before and against what came after. */
  traffic(change: string) {
    return this.#get(`/${change}/traffic`, changeTrafficSchema);
  }
  /** One's own changes with something against them; to the Operator all. */
  clashes(query: z.input<typeof clashQuerySchema> = {}) {
    return this.#get('/clashes', clashListSchema, query);
  }
  /** Planned Maintenance of a month, such as '2026-12'. */
  schedule(month: string) {
    return this.#get(`/schedule/${month}`, monthScheduleSchema);
  }
  /** The same as CSV. */
  scheduleFile(month: string): Promise<Download> {
    return this.#caller.download(`/changes/schedule/${month}/csv`);
  }
  create(change: z.input<typeof postChangeSchema>) {
    return this.#post('', savedChangeSchema, change);
  }
  /** Saves an edit of the version that it names. */
  edit(change: string, edit: z.input<typeof putChangeSchema>) {
    return this.#caller.call({ method: 'PUT', path: `/changes/${change}`, body: edit, answer: savedChangeSchema });
  }
  move(change: string, move: z.input<typeof moveChangeSchema>) {
    return this.#post(`/${change}/move`, savedChangeSchema, move);
  }
  /** Only of a template of one's own. */
  deleteTemplate(change: string) {
    return this.#caller.call({ method: 'DELETE', path: `/changes/${change}`, answer: changedSchema });
  }
  copy(change: string) {
    return this.#post(`/${change}/copy`, savedChangeSchema);
  }
  /** Drafts from a CSV file; the faults of one that is refused are in the ApiError's problem. */
  intake(file: AsyncIterable<Uint8Array>, query: { readonly userId?: string } = {}) {
    const typed = { type: 'text/csv', bytes: file };
    const call = { method: 'POST', path: '/changes/intake', query, file: typed } as const;
    return this.#caller.call({ ...call, answer: changeIntakeSchema });
  }
  limits() {
    return this.#get('/limits', limitsListSchema);
  }
  setLimits(limits: z.input<typeof postLimitsSchema>) {
    return this.#post('/limits', limitsListSchema, limits);
  }
  /** Freezes, maintenance windows, rehearsals. */
  calendar(query: z.input<typeof calendarQuerySchema> = {}) {
    return this.#get('/calendar', calendarPageSchema, query);
  }
  postEvent(event: z.input<typeof postCalendarSchema>) {
    return this.#post('/calendar', calendarParametersSchema, event);
  }
  withdrawEvent(event: string) {
    return this.#post(`/calendar/${event}/withdraw`, changedSchema);
  }

  /** Whether comments are taken, and who joins testing. */
  consultation(change: string) {
    return this.#get(`/${change}/consultation`, consultationSchema);
  }
  /** Those that the caller may see, in the order in which they came. */
  comments(change: string, query: z.input<typeof commentQuerySchema> = {}) {
    return this.#get(`/${change}/comments`, commentPageSchema, query);
  }
  comment(change: string, comment: z.input<typeof postCommentSchema>) {
    return this.#post(`/${change}/comments`, commentParametersSchema.pick({ comment: true }), comment);
  }
  answerComment(change: string, comment: string, answer: z.input<typeof answerCommentSchema>) {
    return this.#post(`/${change}/comments/${comment}/answer`, changedSchema, answer);
  }
  joinTesting(change: string, said: z.input<typeof joinTestingSchema>) {
    return this.#post(`/${change}/testing`, changedSchema, said);
  }
  /** One's own, to the Operator all; the newest first. */
  mediations(query: z.input<typeof mediationQuerySchema> = {}) {
    return this.#get('/mediations', mediationPageSchema, query);
  }
  mediation(mediation: string) {
    return this.#get(`/mediations/${mediation}`, mediationThreadSchema);
  }
  /** By the Operator, as is closing it. */
  openMediation(mediation: z.input<typeof postMediationSchema>) {
    return this.#post('/mediations', mediationThreadSchema, mediation);
  }
  writeInMediation(mediation: string, message: z.input<typeof postMediationMessageSchema>) {
    return this.#post(`/mediations/${mediation}/messages`, mediationThreadSchema, message);
  }
  closeMediation(mediation: string, outcome: z.input<typeof closeMediationSchema>) {
    return this.#post(`/mediations/${mediation}/close`, mediationThreadSchema, outcome);
  }
  attachments(change: string) {
    return this.#get(`/${change}/attachments`, attachmentListSchema);
  }
  /** Of a change of one's own. What is wrong with the file is in the ApiError's problem. */
  attach(change: string, query: z.input<typeof postAttachmentQuerySchema>, bytes: AsyncIterable<Uint8Array>) {
    const file = { type: 'application/octet-stream', bytes };
    const call = { method: 'POST', path: `/changes/${change}/attachments`, query, file } as const;
    return this.#caller.call({ ...call, answer: attachmentSchema });
  }
  attachmentFile(change: string, attachment: string): Promise<Download> {
    return this.#caller.download(`/changes/${change}/attachments/${attachment}`);
  }
  removeAttachment(change: string, attachment: string) {
    const path = `/changes/${change}/attachments/${attachment}`;
    return this.#caller.call({ method: 'DELETE', path, answer: changedSchema });
  }
}
