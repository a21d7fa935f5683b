// Notices: what a User is told by the platform, and what of it somebody has read.
import { z } from 'zod';
import { cursorSchema, euiSchema, instantSchema, pageQuery } from './common.ts';

/** `delivery`: a file could not be taken in by a way; `access`: something was changed by which others act for the User. */
export const noticeKinds = [
  'held',
  'warning',
  'submission',
  'release',
  'way',
  'delivery',
  'export',
  'question',
  'access',
  'change',
  'webhook',
  'incident',
] as const;
export type NoticeKind = (typeof noticeKinds)[number];

/** Names one notice of a User ID: when, of which kind, about what. */
export const noticeReferenceSchema = z
  .string()
  .max(200)
  .regex(/^\d{4}-\d\d-\d\dT[0-9:.]{8,15}Z [a-z]{1,20} [0-9A-Za-z-]{1,80}$/, 'must be a notice as the list names it');

export const noticeSchema = z.object({
  userId: euiSchema,
  notice: noticeReferenceSchema,
  at: instantSchema,
  kind: z.enum(noticeKinds),
  /** The event, the threshold, the SHA-256 of the file, the way, the export, the question, the change, or the incident; of access nothing that is shown. */
  about: z.string(),
  words: z.string(),
  /** Messages that it stands for. */
  count: z.int(),
  /** By who asks: a person, or the machines of the User ID together. */
  isRead: z.boolean(),
});
export type NoticeDocument = z.infer<typeof noticeSchema>;

/** More unread ones are not counted. */
export const MOST_UNREAD_COUNTED = 1_000;
export const noticePageSchema = z.object({
  items: z.array(noticeSchema),
  /** Of the User ID, of all kinds, by who asks; 1,000 at most. */
  unread: z.int(),
  cursor: cursorSchema,
});

/** Newest first. */
export const noticeQuerySchema = z.strictObject({
  ...pageQuery,
  userId: euiSchema.optional(),
  /** Kinds, separated by commas. */
  kind: z
    .string()
    .max(100)
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(noticeKinds)).min(1))
    .optional(),
  /** Only those that who asks has not read. */
  unread: z.literal('true').optional(),
});

/** As the list, all of it at once: a CSV file. */
export const noticeExportQuerySchema = noticeQuerySchema.omit({ cursor: true, limit: true });

/** POST /notices/read: single ones, or all until one and with it. It is the mark of who asks alone. */
export const postNoticesReadSchema = z
  .strictObject({
    userId: euiSchema.optional(),
    notices: z.array(noticeReferenceSchema).min(1).max(200).optional(),
    until: noticeReferenceSchema.optional(),
  })
  .refine(({ notices, until }) => (notices === undefined) !== (until === undefined), {
    message: 'must have either notices or until',
    path: ['notices'],
  });

/** How a person is told of notices of a kind. */
export const noticeChoiceSchema = z.strictObject({
  kind: z.enum(noticeKinds),
  /** They count as unread; without it they are in the list all the same. */
  inPortal: z.boolean(),
  /** A mail says that there is something, and where; never what. */
  byEmail: z.boolean(),
});
export type NoticeChoice = z.infer<typeof noticeChoiceSchema>;

/** GET /notice-choices: of the person who asks, for whom it acts, each kind; PUT sets one. */
export const noticeChoicesSchema = z.object({
  items: z.array(noticeChoiceSchema),
  /** Where mails go. */
  email: z.string(),
  /** Mails go out; else nothing is sent until the Operator configures it. */
  isMailed: z.boolean(),
});
