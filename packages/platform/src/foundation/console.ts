import { userInfo } from 'node:os';
import type { Author } from './activity.ts';

/** Whoever works on the machine itself, as its operating system knows it: what it changes is recorded like that of others. */
export function consoleAuthor(): Author {
  return { name: userInfo().username, role: 'console', acting: 'operator', address: undefined };
}
