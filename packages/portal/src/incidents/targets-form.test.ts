import { expect, test } from 'vitest';
import { readTargetsForm, targetsFormOf } from './targets-form.ts';

const of = (responseMinutes: number, resolutionMinutes: number) => ({ responseMinutes, resolutionMinutes });
const targets = {
  categories: { 1: of(10, 240), 2: of(20, 1_440), 3: of(45, 4_320), 4: of(180, 7_200), 5: of(1_440, 14_400) },
  waitingSeconds: 60,
  fetchedSeconds: 3_600,
};

test('targets are shown and read back as they are; each field that is wrong is named', () => {
  const form = targetsFormOf(targets);
  expect(readTargetsForm(form)).toEqual({ targets, faults: {} });
  const wrong = {
    ...form,
    'categories.2.responseMinutes': '',
    'categories.5.resolutionMinutes': '0',
    waitingSeconds: '1e3',
  };
  expect(readTargetsForm(wrong)).toEqual({
    targets: undefined,
    faults: {
      'categories.2.responseMinutes': 'Enter minutes: a whole number from 1 to 525600.',
      'categories.5.resolutionMinutes': 'Enter minutes: a whole number from 1 to 525600.',
      waitingSeconds: 'Enter seconds: a whole number from 5 to 86400.',
    },
  });
});
