// What can be wrong with what somebody typed, and what to do about it. Pure; undefined where nothing is wrong.

import { telephoneSchema } from '@penstock/api/schemas';

/** Of a text that must be there. */
export function missing(text: string | null, message: string): string | undefined {
  return text === null || text.trim() === '' ? message : undefined;
}

/** That there is one is all that is asked here: whether mail arrives, only mail tells. */
export function emailFault(text: string): string | undefined {
  return /^[^\s@]+@[^\s@]+$/.test(text.trim()) ? undefined : 'Enter an e-mail address in the form name@example.org.';
}

/** Of a number that need not be there. */
export function telephoneFault(text: string): string | undefined {
  if (text.trim() === '' || telephoneSchema.safeParse(text).success) return undefined;
  return 'Enter the number with its country, such as +44 1632 960001, or nothing.';
}

/** Of an authenticator. */
export function codeFault(text: string): string | undefined {
  return /^\s*\d{3}\s?\d{3}\s*$/.test(text) ? undefined : 'Enter the six digits that your authenticator shows.';
}

export function euiFault(text: string, message: string): string | undefined {
  return /^[0-9a-f]{2}(-[0-9a-f]{2}){7}$/i.test(text.trim()) ? undefined : message;
}
