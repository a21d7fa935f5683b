import { z } from 'zod';

const text = z.string().min(1).max(40).optional().catch(undefined);

/** The fields of the address of the page of thresholds. */
export const thresholdSearchSchema = z.object({
  for: text,
  /** Whose, where the Operator looks; left out: those over all Users. */
  user: text,
  /** The threshold that is looked at closely. */
  open: text,
  view: z.enum(['thresholds', 'limits']).optional().catch(undefined),
});
export type ThresholdSearch = z.output<typeof thresholdSearchSchema>;
