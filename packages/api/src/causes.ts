// What caused an alert: messages to and from its device before it, likely causes first; and what was decided about it.
import { z } from 'zod';
import { euiSchema, instantSchema, positionSchema } from './common.ts';
import { alertDecisionSchema } from './messages.ts';
import { titleKindSchema, titleSenderSchema } from './titles.ts';

/** Messages of one kind and service from one sender, one upon the other, are one cause. */
export const causeSchema = z.object({
  likelihood: z.enum(['likely', 'possible', 'unlikely']),
  /** Why, in plain words, the strongest first. */
  reasons: z.array(z.string()),
  device: euiSchema,
  kind: titleKindSchema,
  serviceReferenceVariant: z.string().optional(),
  name: z.string().optional(),
  /** Each code that one of them has. */
  codes: z.array(z.string()),
  concerns: z.enum(['target', 'body']),
  sender: titleSenderSchema,
  count: z.int(),
  /** Of the first and the last of them: when it was recorded, or sent if it was held before. */
  first: instantSchema,
  last: instantSchema,
  /** Of one's own: where the last of them stands in the record. */
  position: positionSchema.optional(),
  /** Of somebody else's: names the title of the last of them in a question to its sender. */
  reference: z.string().optional(),
});
export type CauseDocument = z.infer<typeof causeSchema>;

export const causesSchema = z.object({
  alert: z.object({
    position: positionSchema,
    userId: euiSchema,
    recordedAt: instantSchema,
    kind: z.enum(['device_alert', 'dcc_alert']),
    code: z.string().optional(),
    /** What the code is called; left out where no public source says it. */
    title: z.string().optional(),
  }),
  /** The devices of the alert that were looked at; whether others' messages to each may be seen. */
  devices: z.array(z.object({ device: euiSchema, seesTitles: z.boolean() })),
  /** From when on was looked, up to the alert. */
  from: instantSchema,
  /** Whether there was more in that time than is looked at: only the newest were. */
  isCut: z.boolean(),
  /** What was found, in one plain sentence. */
  finding: z.string(),
  /** The best first. */
  causes: z.array(causeSchema),
  /** The newest first. */
  decisions: z.array(alertDecisionSchema),
});
export type CausesDocument = z.infer<typeof causesSchema>;
