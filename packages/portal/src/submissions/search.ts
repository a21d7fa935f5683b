import { z } from 'zod';

const text = z.string().min(1).max(40).optional().catch(undefined);

/** The fields of the address of the list. */
export const submissionsSearchSchema = z.object({
  for: text,
  /** Whose, where the Operator looks. */
  user: text,
  /** Left out: all. */
  list: z.enum(['mine', 'others', 'stopped']).optional().catch(undefined),
});
