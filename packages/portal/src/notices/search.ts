import { noticeKinds } from '@penstock/api/schemas';
import { z } from 'zod';

const text = z.string().min(1).max(40).optional().catch(undefined);

/** The fields of the address of the page of notices. */
export const noticeSearchSchema = z.object({
  for: text,
  /** Whose, where the Operator looks. */
  user: text,
  /** Left out: those that are unread. */
  show: z.literal('all').optional().catch(undefined),
  kind: z.enum(noticeKinds).optional().catch(undefined),
});
export type NoticeSearch = z.output<typeof noticeSearchSchema>;
