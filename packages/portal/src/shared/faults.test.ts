import { expect, test } from 'vitest';
import { codeFault, emailFault, euiFault, missing, telephoneFault } from './faults.ts';

test('what is missing is told, white space is nothing', () => {
  expect([
    missing('', 'Enter it.'),
    missing(' \n', 'Enter it.'),
    missing(null, 'Enter it.'),
    missing('x', 'Enter it.'),
  ]).toEqual(['Enter it.', 'Enter it.', 'Enter it.', undefined]);
});

test.each(['a@b', ' nia@people.example ', 'a+b@c.d.e'])('%j may be an e-mail address', (text) => {
  expect(emailFault(text)).toBeUndefined();
});
test.each(['', 'nia', '@people.example', 'nia@', 'nia@a@b', 'nia smith@people.example'])('%j is none', (text) => {
  expect(emailFault(text)).toMatch(/^Enter an e-mail address/);
});

test.each(['', '  ', '+441632960001', ' +44 1632 960-001 '])('%j may stand for a telephone number', (text) => {
  expect(telephoneFault(text)).toBeUndefined();
});
test.each([
  '01632 960001',
  '+44 (0)1632 960001',
  '+44  1632 960001',
  '+0 1632 960001',
  '+123456',
  `+${'1'.repeat(16)}`,
  '+44 x',
])('%j is no telephone number', (text) => {
  expect(telephoneFault(text)).toMatch(/with its country/);
});

test('a code has six digits, parted as it is shown', () => {
  expect(['123456', ' 123 456 '].map(codeFault)).toEqual([undefined, undefined]);
  expect(['', '12345', '1234567', '12 3456', 'abcdef'].map(codeFault)).not.toContain(undefined);
});

test('an EUI-64 is eight pairs in either case', () => {
  expect(euiFault(' 90-b3-D5-1F-30-01-00-00 ', 'no')).toBeUndefined();
  expect(euiFault('90-B3-D5-1F-30-01-00', 'no')).toBe('no');
});
