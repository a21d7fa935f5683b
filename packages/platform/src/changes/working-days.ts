// Working Days: Monday to Friday but the bank holidays of England and Wales. Pure.
import { addDays, type Day } from '../foundation/clock.ts';
import { bankHolidaysByYear } from './bank-holidays.ts';

/** @throws RangeError for a day of a year whose bank holidays are not known */
export function isWorkingDay(day: Day): boolean {
  const holidays = bankHolidaysByYear[Number(day.slice(0, 4))];
  if (holidays === undefined) throw new RangeError(`the bank holidays of ${day.slice(0, 4)} are not known`);
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  return weekday !== 0 && weekday !== 6 && !holidays.includes(day.slice(5));
}

export const bankHolidaysOf = (year: string): Day[] =>
  (bankHolidaysByYear[Number(year)] ?? '').split(' ').map((day) => `${year}-${day}`);

/** The last day on which something can be told so many whole Working Days before a day. */
export function lastDayOfNotice(before: Day, workingDays: number): Day {
  let day = addDays(before, -1);
  for (let left = workingDays; left > 0; day = addDays(day, -1)) if (isWorkingDay(day)) left -= 1;
  return day;
}

/** Whole Working Days that lie between two days, neither of them counted. */
export function workingDaysBetween(from: Day, before: Day): number {
  let count = 0;
  for (let day = addDays(from, 1); day < before; day = addDays(day, 1)) if (isWorkingDay(day)) count += 1;
  return count;
}
