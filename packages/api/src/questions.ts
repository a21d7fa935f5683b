// Questions about titles, relayed to whoever sent the message, and the answers. Each side sees what it may: who the other is
// only when both agreed to be named.
import { z } from 'zod';
import { cursorSchema, euiSchema, instantSchema, pageQuery, plainTextSchema, positionSchema } from './common.ts';
import { senderRoleSchema, titleSchema } from './titles.ts';

/** Answered; declined by whom it was put to; withdrawn by who asked; expired: nobody answered in time. */
export const questionStates = ['open', 'answered', 'declined', 'withdrawn', 'expired'] as const;
export const questionStateSchema = z.enum(questionStates);
export type QuestionState = z.infer<typeof questionStateSchema>;

export const LONGEST_QUESTION_TEXT = 2_000;
const textSchema = plainTextSchema(LONGEST_QUESTION_TEXT);

const sharedFields = {
  question: z.uuid(),
  /** The reader's own User ID. */
  userId: euiSchema,
  words: z.string(),
  state: questionStateSchema,
  answer: z.string().optional(),
  /** To the minute. */
  answeredAt: instantSchema.optional(),
  /** Whether the reader's side agreed to be named; nobody sees whether the other did, until both have. */
  agreesToBeNamed: z.boolean(),
  /** Who the other side is: when both agreed. */
  named: z.object({ party: z.string(), userId: euiSchema }).optional(),
};

export const askedQuestionSchema = z.object({
  side: z.literal('asked'),
  ...sharedFields,
  device: euiSchema,
  askedAt: instantSchema,
  /** What was asked about, of one question; left out where the reader may not see it any more. */
  title: titleSchema.omit({ reference: true }).optional(),
});
export const receivedQuestionSchema = z.object({
  side: z.literal('received'),
  ...sharedFields,
  /** The reader's own message that it is about. */
  position: positionSchema,
  /** The User Role of who asks. */
  askerRole: senderRoleSchema,
  /** To the minute. */
  receivedAt: instantSchema,
});
export const questionSchema = z.discriminatedUnion('side', [askedQuestionSchema, receivedQuestionSchema]);
export type QuestionDocument = z.infer<typeof questionSchema>;
export type AskedQuestion = z.infer<typeof askedQuestionSchema>;
export type ReceivedQuestion = z.infer<typeof receivedQuestionSchema>;

/** Newest first. */
export const questionQuerySchema = z.strictObject({
  ...pageQuery,
  userId: euiSchema.optional(),
  side: z.enum(['asked', 'received']),
  state: questionStateSchema.optional(),
});
/** As the list, all of it at once: a CSV file. */
export const questionExportQuerySchema = questionQuerySchema.omit({ cursor: true, limit: true });
export type QuestionQuery = z.infer<typeof questionQuerySchema>;
export const questionPageSchema = z.object({ items: z.array(questionSchema), cursor: cursorSchema });
export type QuestionPage = z.infer<typeof questionPageSchema>;

export const questionParametersSchema = z.strictObject({ question: z.uuid() });

/** About a title of the device that was shown to the one who asks. */
export const askQuestionSchema = z.strictObject({
  userId: euiSchema.optional(),
  reference: z.string().max(400),
  words: textSchema,
  agreesToBeNamed: z.boolean().default(false),
});
export type AskQuestion = z.infer<typeof askQuestionSchema>;

export const answerQuestionSchema = z.strictObject({
  userId: euiSchema.optional(),
  answer: textSchema,
  agreesToBeNamed: z.boolean().default(false),
});
/** Declined by whom it was put to, withdrawn by who asked. */
export const closeQuestionSchema = z.strictObject({ userId: euiSchema.optional() });
/** What both agreed to is not taken back. */
export const questionNamingSchema = z.strictObject({ userId: euiSchema.optional(), agreesToBeNamed: z.boolean() });
