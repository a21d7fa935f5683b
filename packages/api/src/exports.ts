// Exports of a User's own record and of titles: asked for, made in the background, fetched in as many parts as it takes.
import { z } from 'zod';
import { cursorSchema, euiSchema, instantSchema, pageQuery } from './common.ts';
import { directionSchema, messageExportQuerySchema } from './messages.ts';
import { titleExportQuerySchema } from './titles.ts';

/** CSV with a header line, or one JSON document a line. */
export const exportFormats = ['csv', 'jsonl'] as const;
export const exportFormatSchema = z.enum(exportFormats);
export type ExportFormat = z.infer<typeof exportFormatSchema>;

/** Exports of a User ID that are kept at a time. */
export const MOST_EXPORTS = 20;

/** The conditions of the list, all of it. What was recorded after the export was asked for is not in it. */
export const postExportSchema = messageExportQuerySchema.extend({ format: exportFormatSchema.default('csv') });
export type PostExport = z.infer<typeof postExportSchema>;

/** The same of the titles of a device, as one User ID sees them. */
export const postTitleExportSchema = titleExportQuerySchema.extend({ format: exportFormatSchema.default('csv') });
export type PostTitleExport = z.infer<typeof postTitleExportSchema>;

export const exportSchema = z.object({
  userId: euiSchema,
  export: z.string(),
  of: z.enum(['messages', 'titles']),
  format: exportFormatSchema,
  conditions: messageExportQuerySchema.omit({ userId: true }).extend({ direction: directionSchema.optional() }),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']),
  requestedAt: instantSchema,
  /** Who asked, as it is written down. */
  author: z.string(),
  rows: z.int(),
  /** Of the file, as far as it was made. */
  bytes: z.int(),
  /** UTC days that it reaches over, and how many of them are done, the newest first. */
  days: z.object({ done: z.int(), all: z.int() }),
  endedAt: instantSchema.optional(),
  /** When its file is dropped. */
  expiresAt: instantSchema.optional(),
  /** Why there is no file, and what to do. */
  failure: z.object({ code: z.string(), title: z.string(), action: z.string() }).optional(),
});
export type ExportDocument = z.infer<typeof exportSchema>;

export const exportPageSchema = z.object({ items: z.array(exportSchema), cursor: cursorSchema });
/** Newest first. */
export const exportQuerySchema = z.strictObject({ ...pageQuery, userId: euiSchema.optional() });
export const exportParametersSchema = z.strictObject({
  export: z.string().regex(/^[0-9a-f]{32}$/, 'must be 32 hex digits'),
});
export const exportOwnerSchema = z.strictObject({ userId: euiSchema.optional() });
