// What is said about changes: a consultation with its comments, who joins testing, the mediation of a clash; and attachments.
import { z } from 'zod';
import { changeViewSchema, clashReasonSchema } from './change-life.ts';
import { cursorSchema, dayOnlySchema, euiSchema, instantSchema, pageQuery, plainTextSchema } from './common.ts';

export const LONGEST_COMMENT = 4_000;
export const LONGEST_MESSAGE = 2_000;
const partySchema = z.object({ userId: euiSchema, party: z.string() });

export const consultationStates = ['none', 'not_open', 'open', 'closed'] as const;
/** GET /changes/{change}/consultation: to everybody who sees the whole of the change. */
export const consultationSchema = z.object({
  state: z.enum(consultationStates),
  /** Until when comments are taken, or why none are. */
  words: z.string(),
  opensOn: dayOnlySchema.optional(),
  closesOn: dayOnlySchema.optional(),
  /** What is asked. */
  asks: z.string().optional(),
  testing: z.object({
    /** The chance to join is there, and not over. */
    isOffered: z.boolean(),
    words: z.string().optional(),
    /** Who wants to join, in the order of asking: to the Operator all, to a User its own. */
    joining: z.array(
      z.object({
        ...partySchema.shape,
        at: instantSchema,
        words: z.string().optional(),
        /** To the Operator. */
        by: z.string().optional(),
      }),
    ),
  }),
});
export type Consultation = z.infer<typeof consultationSchema>;

/** Who besides its writer sees a comment: the Operator, or whoever sees the whole of the change. */
export const commentSharings = ['operator', 'everybody'] as const;
export const commentSchema = z.object({
  comment: z.uuid(),
  writer: partySchema,
  isYours: z.boolean(),
  at: instantSchema,
  /** To the Operator: the person. */
  by: z.string().optional(),
  /** The version of the change that it is about. */
  version: z.int(),
  sharing: z.enum(commentSharings),
  words: z.string(),
  answer: z.object({ words: z.string(), at: instantSchema }).optional(),
});
export type CommentDocument = z.infer<typeof commentSchema>;
/** GET /changes/{change}/comments: those that the reader may see, in the order in which they came. */
export const commentPageSchema = z.object({ items: z.array(commentSchema), cursor: cursorSchema });
export const commentQuerySchema = z.strictObject(pageQuery);
export const postCommentSchema = z.strictObject({
  userId: euiSchema.optional(),
  words: plainTextSchema(LONGEST_COMMENT),
  sharing: z.enum(commentSharings).default('operator'),
});
export const commentParametersSchema = z.strictObject({ change: z.uuid(), comment: z.uuid() });
export const answerCommentSchema = z.strictObject({ words: plainTextSchema(LONGEST_COMMENT) });
/** POST /changes/{change}/testing; `joins` false takes it back. */
export const joinTestingSchema = z.strictObject({
  userId: euiSchema.optional(),
  joins: z.boolean(),
  /** Whom to ask, with which systems, when. */
  words: plainTextSchema(1_000).optional(),
});

/** To one of the two sides, or the Operator, who has said it. `other`: the other side, who is not named unless it wants to be. */
export const mediationMessageSchema = z.object({
  number: z.int(),
  at: instantSchema,
  from: z.enum(['operator', 'you', 'other', 'first', 'second']),
  /** Of `other`: only when that side wrote its name on it. */
  party: z.string().optional(),
  /** Of one's own side's, and to the Operator. */
  by: z.string().optional(),
  words: z.string(),
  /** Who besides the one that wrote it and the Operator has it. Left out of what the other side wrote. */
  shownTo: z.enum(['nobody', 'other', 'both', 'first', 'second']).optional(),
  isNamed: z.boolean().optional(),
});
export type MediationMessage = z.infer<typeof mediationMessageSchema>;

const mediationFields = {
  mediation: z.uuid(),
  state: z.enum(['open', 'closed']),
  openedAt: instantSchema,
  closedAt: instantSchema.optional(),
  outcome: z.string().optional(),
};
/** As one of the two sides has it. */
export const sideMediationSchema = z.object({
  side: z.literal('party'),
  ...mediationFields,
  /** One's own. */
  change: z.uuid(),
  title: z.string(),
  /** On what the two clash, by names of one's own change. */
  reasons: z.array(clashReasonSchema),
  /** What the other side shares of its change now; left out: nothing. */
  other: changeViewSchema.optional(),
});
/** As the Operator has it. */
export const operatorMediationSchema = z.object({
  side: z.literal('operator'),
  ...mediationFields,
  openedBy: z.string(),
  closedBy: z.string().optional(),
  /** The first and the second; of a suspended User nobody can read or write. */
  changes: z.array(z.object({ change: z.uuid(), title: z.string(), owner: partySchema, isSuspended: z.boolean() })),
  reasons: z.array(clashReasonSchema),
});
export const mediationSchema = z.discriminatedUnion('side', [sideMediationSchema, operatorMediationSchema]);
export type MediationDocument = z.infer<typeof mediationSchema>;
export const mediationPageSchema = z.object({ items: z.array(mediationSchema), cursor: cursorSchema });
/** The newest first; `change`: only those of one. */
export const mediationQuerySchema = z.strictObject({
  ...pageQuery,
  change: z.uuid().optional(),
  state: z.enum(['open', 'closed']).optional(),
});
export type MediationQuery = z.output<typeof mediationQuerySchema>;
export const mediationParametersSchema = z.strictObject({ mediation: z.uuid() });
/** GET /changes/mediations/{mediation}; also the answer to what is done with one. */
export const mediationThreadSchema = z.object({
  mediation: mediationSchema,
  messages: z.array(mediationMessageSchema),
});
export type MediationThread = z.infer<typeof mediationThreadSchema>;
/** POST /changes/mediations, by the Operator. */
export const postMediationSchema = z.strictObject({
  changes: z.tuple([z.uuid(), z.uuid()]),
  words: plainTextSchema(LONGEST_MESSAGE),
});
/**
 * POST .../messages. `shownTo`: of a side `other` or `nobody` (without: nobody but the Operator), of the Operator `first`,
 * `second` or `both` (without: both). `isNamed`: a side puts its Party's name on it.
 */
export const postMediationMessageSchema = z.strictObject({
  words: plainTextSchema(LONGEST_MESSAGE),
  shownTo: z.enum(['nobody', 'other', 'both', 'first', 'second']).optional(),
  isNamed: z.boolean().default(false),
});
/** POST .../close, by the Operator; both sides read the outcome. */
export const closeMediationSchema = z.strictObject({ outcome: plainTextSchema(LONGEST_MESSAGE) });

export const MOST_ATTACHMENTS = 10;
export const MOST_ATTACHMENT_BYTES = 10_000_000;
/** By what a file is; a name has to end as one of them does. */
export const attachmentTypes = {
  'application/pdf': ['pdf'],
  'image/png': ['png'],
  'image/jpeg': ['jpg', 'jpeg'],
  'text/plain': ['txt'],
  'text/csv': ['csv'],
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': ['docx'],
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': ['xlsx'],
} as const;
export type AttachmentType = keyof typeof attachmentTypes;

/** The name of a file: one that every system takes as it is. */
export const attachmentNameSchema = z
  .string()
  .trim()
  .normalize()
  .min(1)
  .max(120)
  .regex(
    /^[^\p{C}\p{Zl}\p{Zp}/\\:*?"<>|]+$/u,
    'must be the name of a file, without / \\ : * ? " < > | and what is not seen',
  )
  .refine((name) => !/^\./.test(name) && !/^(?:con|prn|aux|nul|com\d|lpt\d)\./i.test(name), {
    error: 'must be a name that every system takes',
  });
export const attachmentSchema = z.object({
  attachment: z.uuid(),
  name: z.string(),
  type: z.enum(Object.keys(attachmentTypes) as [AttachmentType, ...AttachmentType[]]),
  bytes: z.int(),
  /** Of its bytes, in hex. */
  sha256: z.string(),
  /** The version of the change to which it was attached. */
  version: z.int(),
  attachedAt: instantSchema,
  /** To the owner and the Operator. */
  attachedBy: z.string().optional(),
  /** Its bytes are gone then. Told to the owner and the Operator. */
  removedAt: instantSchema.optional(),
  removedBy: z.string().optional(),
});
export type AttachmentDocument = z.infer<typeof attachmentSchema>;
/** GET /changes/{change}/attachments; those that were removed at the end. */
export const attachmentListSchema = z.object({ items: z.array(attachmentSchema) });
/** POST /changes/{change}/attachments: the bytes are the body, as application/octet-stream. */
export const postAttachmentQuerySchema = z.strictObject({ name: attachmentNameSchema });
export const attachmentParametersSchema = z.strictObject({ change: z.uuid(), attachment: z.uuid() });
