import { z } from 'zod';

/** The fields of the address of the list. */
export const streamsSearchSchema = z.object({
  /** Left out: all. */
  needs: z.literal('somebody').optional().catch(undefined),
  find: z.string().min(1).max(100).optional().catch(undefined),
});
