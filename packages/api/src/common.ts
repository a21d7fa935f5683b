import { z } from 'zod';

/** An EUI-64 as DUIS writes it; taken in either case, given in upper case. */
export const euiSchema = z
  .string()
  .regex(/^[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){7}$/, 'must be an EUI-64 such as 90-B3-D5-1F-30-01-00-00')
  .toUpperCase()
  .meta({ example: '90-B3-D5-1F-30-01-00-00' });

/** An instant with its offset from UTC; given in UTC. */
export const instantSchema = z.iso
  .datetime({ offset: true })
  // more hours than any place has, and the database knows, are no offset
  .regex(/(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)$/, 'must have an offset from UTC of 14 hours at most')
  .meta({ example: '2026-11-22T08:30:00.000Z' });

export const dayOnlySchema = z.iso.date().meta({ example: '2026-11-22' });

/** A position of the record, `<UTC day>/<sequence>`; sequences are decimal text because they outgrow a double. */
export const positionSchema = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}\/(?:0|[1-9]\d{0,18})$/)
  .meta({ example: '2026-11-22/123' });

export const sequenceSchema = z.string().regex(/^(?:0|[1-9]\d{0,18})$/, 'must be a decimal number');

/** Every failure is one of these (RFC 9457, application/problem+json). */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string().optional(),
  where: z.string().optional(),
  action: z.string(),
  /** Of imports: each fault with its line. */
  faults: z
    .array(
      z.object({
        line: z.int(),
        column: z.string().optional(),
        code: z.string(),
        message: z.string(),
        action: z.string(),
      }),
    )
    .optional(),
  /** Of imports: how many there are; `faults` lists the first thousand. */
  faultCount: z.int().optional(),
  requestId: z.string().optional(),
  /** Of `access.choice-needed`: for whom the person may act, each as in GET /me. */
  choices: z.array(z.unknown()).optional(),
});
export type ProblemDocument = z.infer<typeof problemSchema>;

/** Lists are paged by key: `cursor` of one answer goes into the next question; without it the list is at its end. */
export const pageQuery = {
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
};
/** What somebody looks for in a list: what it contains, in either case. */
export const findSchema = z.string().trim().min(1).max(100).optional();
export const cursorSchema = z.string().optional();

/** One line of a person's words; nothing that is not seen. */
export const lineSchema = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u, 'must be one line without control characters or invisible ones');

/** Plain text of several lines; nothing that is not seen. */
export const plainTextSchema = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .refine((text) => !/[\p{Cc}\p{Cf}]/u.test(text.replaceAll(/[\r\n\t]/g, '')), {
      error: 'must not have control characters or invisible ones',
    });
