import { calendarContentSchema, changeContentSchema } from '@penstock/api';
import { expandWindows } from '@penstock/platform/changes';
import { expect, test } from 'vitest';
import { plannedFrom } from './demo-changes.ts';

const OPERATOR = '90-B3-D5-1F-30-00-00-02';

test('on whichever day it is first started, all that is planned can be said', () => {
  for (let at = Date.UTC(2028, 0, 1); at < Date.UTC(2029, 0, 1); at += 86_400_000) {
    const today = new Date(at).toISOString().slice(0, 10);
    const { calendar, changes } = plannedFrom(today, OPERATOR);
    for (const event of calendar) {
      expect(expandWindows(calendarContentSchema.parse(event).windows).length, today).toBeGreaterThan(0);
    }
    for (const { content, isTemplate } of changes) {
      const { windows } = changeContentSchema.parse(content);
      expect(expandWindows(windows).length > 0 || isTemplate, `${today} ${content.title}`).toBe(true);
    }
  }
});

test('what a release is made of is planned before it', () => {
  const { changes } = plannedFrom('2026-11-22', OPERATOR);
  for (const [index, { madeOf = [] }] of changes.entries()) {
    const before = changes.slice(0, index).map(({ content }) => content.title);
    expect(before).toEqual(expect.arrayContaining([...madeOf]));
  }
});
