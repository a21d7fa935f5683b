// Ways by which signed files come in: how each is used, which are open, their outages, and how to deliver.
import { z } from 'zod';

export const wayNames = ['https', 'sftp', 'email', 'sharepoint'] as const;
export const waySchema = z.enum(wayNames);
export type Way = z.infer<typeof waySchema>;

/** One way is preferred. A fallback is open only while an outage of the preferred way is declared. */
export const wayUses = ['preferred', 'allowed', 'fallback', 'off'] as const;
export const wayUseSchema = z.enum(wayUses);
export type WayUse = z.infer<typeof wayUseSchema>;
