// Why somebody of the Operator reads a User's record: given once for a User, and kept for this tab only.
const SHORTEST_REASON = 10;
export const LONGEST_REASON = 500;

export const reasonFault = (reason: string): string | undefined =>
  reason.trim().length < SHORTEST_REASON ? `Give a reason of at least ${SHORTEST_REASON} characters.` : undefined;

const keyOf = (userId: string) => `penstock-reason ${userId}`;

export const reasonFor = (userId: string): string | undefined => sessionStorage.getItem(keyOf(userId)) ?? undefined;
export const keepReason = (userId: string, reason: string): void => sessionStorage.setItem(keyOf(userId), reason);
export const forgetReason = (userId: string): void => sessionStorage.removeItem(keyOf(userId));
