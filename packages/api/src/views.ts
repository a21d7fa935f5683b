// Saved views: a person's own searches of the portal's pages, by name. What is searched for is what stands in the address of
// the page, so each page says which fields it has.
import { z } from 'zod';
import { euiSchema, instantSchema } from './common.ts';
import { mpxnSchema } from './devices.ts';
import { directionSchema, messageKindSchema, requestIdSchema } from './messages.ts';
import { timelineSpans } from './timeline.ts';
import { titleKindSchema } from './titles.ts';

/** Of a person, for one of those for whom it acts. */
export const MOST_VIEWS = 50;

const time = { from: instantSchema.optional(), to: instantSchema.optional() };
const srv = z
  .string()
  .regex(/^\d{1,2}(?:\.\d{1,2}){1,2}$/, 'must be a service request variant such as 4.1.1')
  .optional();
const code = z
  .string()
  .regex(/^[A-Za-z0-9]{1,40}$/, 'must be letters and digits')
  .optional();

/** The pages that have views, each with the fields of its address. */
export const viewSearchSchemas = {
  messages: z.strictObject({
    ...time,
    user: euiSchema.optional(),
    device: euiSchema.optional(),
    mpxn: mpxnSchema.optional(),
    srv,
    kind: messageKindSchema.optional(),
    code,
    request: requestIdSchema.optional(),
  }),
  titles: z.strictObject({
    ...time,
    user: euiSchema.optional(),
    device: euiSchema,
    direction: directionSchema.optional(),
    srv,
    kind: titleKindSchema.optional(),
    code,
  }),
  timeline: z.strictObject({
    ...time,
    user: euiSchema.optional(),
    device: euiSchema,
    span: z.enum(timelineSpans).optional(),
  }),
} as const;
export const viewPages = ['messages', 'titles', 'timeline'] as const satisfies (keyof typeof viewSearchSchemas)[];
export const viewPageSchema = z.enum(viewPages);

/** Shown as text, whatever it says. */
export const viewNameSchema = z
  .string()
  .trim()
  .min(1)
  .max(80)
  .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u, 'must have no control characters');

/** One page with what is searched on it. */
const shown = z.discriminatedUnion(
  'page',
  [
    z.strictObject({ page: z.literal('messages'), search: viewSearchSchemas.messages }),
    z.strictObject({ page: z.literal('titles'), search: viewSearchSchemas.titles }),
    z.strictObject({ page: z.literal('timeline'), search: viewSearchSchemas.timeline }),
  ],
  { error: 'is no page that has views' },
);
export const postViewSchema = z.strictObject({ name: viewNameSchema, shown });
export type PostView = z.infer<typeof postViewSchema>;
export const renameViewSchema = z.strictObject({ name: viewNameSchema });

export const viewSchema = z.object({ view: z.string(), name: z.string(), savedAt: instantSchema, shown });
export type ViewDocument = z.infer<typeof viewSchema>;
/** All of a page, or of all pages, by name. */
export const viewQuerySchema = z.strictObject({ page: viewPageSchema.optional() });
export const viewListSchema = z.object({ items: z.array(viewSchema) });
export const viewParametersSchema = z.strictObject({ view: z.uuid() });
