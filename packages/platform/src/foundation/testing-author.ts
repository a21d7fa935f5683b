import type { Author } from './activity.ts';

/** Who changes things in tests that are about something else. */
export const testAuthor: Author = {
  name: 'security@operator.example',
  role: 'security',
  acting: 'operator',
  address: '192.0.2.7',
};
