import { join } from 'node:path';
import Holidays from 'date-holidays';

export const bankHolidaysFile = join(import.meta.dirname, '../packages/platform/src/changes/bank-holidays.ts');
const [FIRST, LAST] = [2020, 2060];

/** The bank holidays of England and Wales as the package knows them, a year a line: what the platform works with. */
export function bankHolidaysText(): string {
  const calendar = new Holidays('GB', 'ENG', { types: ['bank', 'public'] });
  const years = Array.from({ length: LAST - FIRST + 1 }, (_, index) => FIRST + index);
  const lines = years.map((year) => {
    const days = new Set(calendar.getHolidays(year).map(({ date }) => date.slice(5, 10)));
    return `  ${year}: '${[...days].sort().join(' ')}',`;
  });
  return `// Written by scripts/write-bank-holidays.ts from the package date-holidays, as package.json pins it; a test compares.

/** The bank holidays of England and Wales by year, each as month and day. */
export const bankHolidaysByYear: Readonly<Record<number, string>> = {
${lines.join('\n')}
};
`;
}
