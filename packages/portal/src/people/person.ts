import type { PersonPage } from '@penstock/api/schemas';

export type Person = PersonPage['items'][number];

export const statusWords: Readonly<Record<Person['status'], string>> = {
  active: 'Active',
  suspended: 'Suspended',
  withdrawn: 'Withdrawn',
};
