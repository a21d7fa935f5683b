import { quarantineStates } from '@penstock/api/schemas';
import { z } from 'zod';

const text = z.string().min(1).max(40).optional().catch(undefined);

/** What the list shows; left out: what somebody has to work on. */
export const shownStates = ['decided', 'resolved', 'all'] as const;

/** The fields of the address of the list. */
export const quarantineSearchSchema = z.object({
  for: text,
  /** Whose, where the Operator looks; left out: everybody's. */
  user: text,
  show: z.enum(shownStates).optional().catch(undefined),
});
export type QuarantineSearch = z.output<typeof quarantineSearchSchema>;

/** The states that a choice of the list stands for, as the API wants them. */
export function statesOf(show: QuarantineSearch['show']): string | undefined {
  if (show === 'all') return undefined;
  if (show !== undefined) return show;
  return quarantineStates.filter((state) => state === 'open' || state === 'investigating').join();
}

/** The fields of the address of one event. */
export const eventSearchSchema = z.object({
  for: text,
  user: text,
  /** Of its messages: those of one service, of one device, and also those that are decided on. */
  srv: text,
  device: text,
  held: z.literal('all').optional().catch(undefined),
});
export type EventSearch = z.output<typeof eventSearchSchema>;
