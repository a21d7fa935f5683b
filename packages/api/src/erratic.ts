import { z } from 'zod';
import { cursorSchema, dayOnlySchema, euiSchema, pageQuery } from './common.ts';
import { deviceKindSchema } from './devices.ts';
import { titleReasonSchema } from './titles.ts';

/** Why a device is erratic: what it did on its worst of the two newest days, beside what was to be expected. */
export const erraticMeasureSchema = z.object({
  /** Alerts that the device sent to the reader, or titles: everybody's requests to it and what came back. */
  what: z.enum(['alerts', 'titles']),
  /** Far more than it usually has, or than devices of its kind have. */
  basis: z.enum(['rise', 'above_kind']),
  /** Of alerts: to which User ID of the reader. */
  userId: euiSchema.optional(),
  /** A UTC day. */
  day: dayOnlySchema,
  count: z.int(),
  /** A day, by the four weeks before; left out of a device that is too new. */
  usual: z.int().optional(),
  /** What nine in ten of the reader's devices of the kind usually have at most; left out where too few are known. */
  ofKind: z.int().optional(),
  /** The first day since which it has been so without a break; no earlier than four weeks ago. */
  since: dayOnlySchema,
});
export type ErraticMeasure = z.infer<typeof erraticMeasureSchema>;

export const erraticDeviceSchema = z.object({
  device: euiSchema,
  kind: deviceKindSchema,
  /** How far it is from what was to be expected: the greater, the worse. */
  score: z.number(),
  /** Why, in words. */
  finding: z.string(),
  /** The worse first. */
  measures: z.array(erraticMeasureSchema),
  /** Thirty UTC days, the last of them the one that has begun. */
  days: z.object({
    first: dayOnlySchema,
    /** Null: a day of which the reader may not see all titles. */
    titles: z.array(z.int().nullable()),
    /** To all of the reader's User IDs. */
    alerts: z.array(z.int()),
  }),
  /** Why the reader may see it. */
  why: titleReasonSchema,
});
export type ErraticDevice = z.infer<typeof erraticDeviceSchema>;

/** The worst first. The Operator's people name the User ID as which they look. */
export const erraticQuerySchema = z.strictObject({
  ...pageQuery,
  cursor: z
    .string()
    .regex(/^\d{1,12}(?:\.\d)?~[0-9A-F]{2}(?:-[0-9A-F]{2}){7}$/, 'must be a cursor of this list')
    .optional(),
  userId: euiSchema.optional(),
});
export type ErraticQuery = z.infer<typeof erraticQuerySchema>;
/** As the list, all of it at once: a CSV file. */
export const erraticExportQuerySchema = erraticQuerySchema.omit({ cursor: true, limit: true });
export const erraticPageSchema = z.object({ items: z.array(erraticDeviceSchema), cursor: cursorSchema });
export type ErraticPage = z.infer<typeof erraticPageSchema>;
