// Signed files: how they are delivered, what became of each, and what can be wrong with the decisions in one.
import { z } from 'zod';
import { cursorSchema, euiSchema, instantSchema, pageQuery } from './common.ts';
import { contactSchema } from './officers.ts';
import { waySchema } from './ways.ts';

/**
 * received, and again with each new signature -> verified (signature, officer) -> checked (every line) ->
 * awaiting_second_officer | applied | refused; or withdrawn by its User before it was applied. needs_operator: every try
 * to work on it failed, for no reason that is the file's.
 */
export const submissionStates = [
  'received',
  'verified',
  'checked',
  'awaiting_second_officer',
  'needs_operator',
  'applied',
  'refused',
  'withdrawn',
] as const;
export const submissionStateSchema = z.enum(submissionStates);
/** ADT File; Quarantined Communications Action File; Attribute Limits File. */
export const submissionKindSchema = z.enum(['adt', 'actions', 'limits']);

export const sha256Schema = z
  .string()
  .regex(/^[0-9a-fA-F]{64}$/, 'must be a SHA-256 in hex')
  .toLowerCase();

/** What can be wrong with a decision that is well-formed; docs/files.md has what can be wrong with the form. */
export const decisionErrors = {
  'decision.event-unknown': 'Write the reference of an event of your own, as the report gives it.',
  'decision.item-unknown': 'Write the message_id as the report gives it, in the event that the report gives it in.',
  'decision.other-bytes': 'Write the SHA-256 as the report gives it.',
  'decision.ambiguous': 'Several held messages have this message_id: give the SHA-256 too.',
  'decision.deleted': 'Take the line out: the message was deleted when it came and cannot be decided on.',
  'decision.already-decided': 'Take the line out: what was decided stays.',
  'decision.named-twice': 'Keep one of the lines: they mean the same message.',
} as const;
export type DecisionErrorCode = keyof typeof decisionErrors;

/** What can be wrong with a service request that a file names, whatever kind of file it is. */
export const referenceErrors = {
  'reference.unknown': 'Write it as the receipt gives it, or leave the cell empty: the intake raises one.',
} as const;

export const fileFaultSchema = z.object({
  /** From 1, the header included. */
  line: z.int(),
  column: z.string().optional(),
  code: z.string(),
  message: z.string(),
  action: z.string(),
});
export type FileFault = z.infer<typeof fileFaultSchema>;

/** One delivery of a file; the same file may come more than once, by any way. */
export const submissionDeliverySchema = z.object({
  way: waySchema,
  /** Of the file, where the way gives it one. */
  name: z.string().optional(),
  receivedAt: instantSchema,
  /** Who delivered it: a User ID or the Operator, the person where it was one, the key where the way knows it. */
  by: z.string().optional(),
});

/** What happened to a file: it came into a state. */
export const submissionStepSchema = z.object({
  state: submissionStateSchema,
  at: instantSchema,
  /** Who did it; left out where the platform did. */
  by: z.string().optional(),
  code: z.string().optional(),
  detail: z.string().optional(),
  /** Of the receipt of this state, hex; left out of states that pass within moments. */
  receiptSha256: z.string().optional(),
});

export const signatureStandingSchema = z.object({
  /** SHA-256 of the signature's bytes, hex. */
  sha256: z.string(),
  receivedAt: instantSchema,
  /** Left out until it was judged. */
  verdict: z.enum(['valid', 'refused']).optional(),
  code: z.string().optional(),
  detail: z.string().optional(),
  /** The officer. */
  name: z.string().optional(),
  fingerprint: z.string().optional(),
});

/** One threshold as an ADT File changes it. */
export const adtDifferenceSchema = z.object({
  services: z.string(),
  direction: z.string(),
  period: z.string(),
  kind: z.enum(['added', 'removed', 'changed', 'unchanged']),
  changes: z.array(
    z.object({
      item: z.string(),
      field: z.string(),
      from: z.string().optional(),
      to: z.string().optional(),
      before: z.string().optional(),
      after: z.string().optional(),
    }),
  ),
  /** Whether it could let through what would have been held, and why. */
  relaxes: z.boolean(),
  reasons: z.array(z.string()),
});

/** What a file changes, or changed: the part of its kind. */
export const submissionSummarySchema = z.object({
  /** The difference in sentences, as '1.1.1: quarantine 500 -> 800 a day'; at most the first thousand. */
  words: z.array(z.string()),
  adt: z
    .object({
      added: z.int(),
      removed: z.int(),
      changed: z.int(),
      unchanged: z.int(),
      relaxes: z.boolean(),
      /** What is not unchanged; at most the first thousand. */
      differences: z.array(adtDifferenceSchema),
    })
    .optional(),
  actions: z.object({ process: z.int(), delete: z.int(), events: z.int() }).optional(),
  limits: z
    .object({
      added: z.int(),
      removed: z.int(),
      changed: z.int(),
      unchanged: z.int(),
      relaxes: z.boolean(),
      /** Why it could let through what would have been held. */
      reasons: z.array(z.string()),
    })
    .optional(),
});
export type SubmissionSummary = z.infer<typeof submissionSummarySchema>;

export const submissionSchema = z.object({
  userId: euiSchema,
  /** Of the file's bytes, hex: its identity. */
  sha256: z.string(),
  size: z.int(),
  receivedAt: instantSchema,
  state: submissionStateSchema,
  changedAt: instantSchema,
  kind: submissionKindSchema.optional(),
  /** Of the service request that it belongs to: the first in the file, else one that was raised for the User. */
  reference: z.string(),
  /** Every service request that the file names, in its order; the one that was raised where it names none. */
  references: z.array(z.string()),
  code: z.string().optional(),
  detail: z.string().optional(),
  faultCount: z.int(),
  /** While it waits for one: who signed, and who may sign beside them. */
  secondOfficer: z.object({ signed: z.array(contactSchema), mayBe: z.array(contactSchema) }).optional(),
});
export type SubmissionDocument = z.infer<typeof submissionSchema>;

const raisedShape = {
  /** Whether the reference was raised for the User, whose file has none. */
  isReferenceRaised: z.boolean(),
};

/** One submission with all that is known of it. */
export const submissionLifeSchema = submissionSchema.extend({
  ...raisedShape,
  signatures: z.array(signatureStandingSchema),
  /** The first hundred. */
  deliveries: z.array(submissionDeliverySchema),
  deliveryCount: z.int(),
  /** Every state that it came into, the latest last; at most the last two hundred. */
  steps: z.array(submissionStepSchema),
  /** Whether its original bytes can be had again. */
  isKept: z.boolean(),
  /** Until when, where no officer signed it; left out: without end, or they are gone. */
  keptUntil: instantSchema.optional(),
  /** The first thousand. */
  faults: z.array(fileFaultSchema),
  summary: submissionSummarySchema.optional(),
});
export type SubmissionLife = z.infer<typeof submissionLifeSchema>;

/** A file that waits for the Operator. */
export const stoppedSubmissionSchema = submissionSchema
  .pick({ userId: true, sha256: true, kind: true, reference: true, receivedAt: true })
  .extend({
    stoppedAt: instantSchema,
    /** What failed at the last try, in words. */
    failure: z.string().optional(),
  });
export type StoppedSubmission = z.infer<typeof stoppedSubmissionSchema>;
/** GET /submissions/needing-operator: of all Users, the first that stopped first; for the Operator. */
export const stoppedPageSchema = z.object({ items: z.array(stoppedSubmissionSchema), cursor: cursorSchema });
export const stoppedQuerySchema = z.strictObject(pageQuery);

export const submissionPageSchema = z.object({ items: z.array(submissionSchema), cursor: cursorSchema });
/** Newest first. A User with one User ID need not name it; the Operator's own files are those of its User ID. */
const states = submissionStates.join('|');
export const submissionQuerySchema = z.strictObject({
  ...pageQuery,
  userId: euiSchema.optional(),
  /** One state, or several parted by commas. */
  state: z
    .string()
    .regex(
      new RegExp(`^(?:${states})(?:,(?:${states}))*$`),
      `must be one of ${submissionStates.join(', ')}, or several`,
    )
    .optional(),
  /** Of those that wait for a second officer: that the person who asks may sign, or the others. */
  waitsFor: z.enum(['me', 'others']).optional(),
});
/** As the list, all of it at once: a CSV file. */
export const submissionExportQuerySchema = submissionQuerySchema.omit({ cursor: true, limit: true });
export const submissionOwnerSchema = z.strictObject({ userId: euiSchema.optional() });
/** Messages a second of a release. */
export const MOST_RATE = 1_000_000;
/** POST /submissions: of an action file, whether its release begins paused, and at which rate. */
export const postSubmissionSchema = submissionOwnerSchema.extend({
  paused: z.literal('true').optional(),
  rate: z.coerce.number().int().min(1).max(MOST_RATE).optional(),
});
export const submissionParametersSchema = z.strictObject({ sha256: sha256Schema });
export const submissionSignatureParametersSchema = submissionParametersSchema.extend({ signature: sha256Schema });
/** GET /submissions/{sha256}/receipt: that of the last state, or of the last time that it was in the one named. */
export const receiptQuerySchema = submissionOwnerSchema.extend({ state: submissionStateSchema.optional() });

/**
 * What a receipt says. `submission` is what was known when the file came into its state; its signature is the
 * Operator's, detached, over the bytes of the document.
 */
export const receiptSchema = z.object({
  document: z.literal('penstock-receipt/1'),
  submission: submissionSchema.omit({ secondOfficer: true }).extend({
    ...raisedShape,
    signatures: z.array(signatureStandingSchema),
    deliveries: z.array(submissionDeliverySchema),
    faults: z.array(fileFaultSchema),
    summary: submissionSummarySchema.optional(),
  }),
});
export type ReceiptDocument = z.infer<typeof receiptSchema>;
/** Why a file of a folder could not become a submission. */
export const notTakenSchema = z.object({
  document: z.literal('penstock-not-taken/1'),
  name: z.string(),
  at: instantSchema,
  code: z.string(),
  detail: z.string(),
  action: z.string(),
});
