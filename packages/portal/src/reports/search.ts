import { z } from 'zod';

const text = z.string().min(1).max(60).optional().catch(undefined);

/** Which report, and what it takes; `user`: whose, where the Operator looks. */
export const reportSearchSchema = z.object({ report: text, month: text, device: text, user: text });
