import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DuisError } from './errors.ts';
import {
  euiBytes,
  euiFromBytes,
  formatRequestId,
  MAXIMUM_COUNTER,
  parseEui,
  parseRequestId,
  requireEui,
  responseIdOf,
} from './identifiers.ts';

const bytes = fc.uint8Array({ minLength: 8, maxLength: 8 });
const counter = fc.bigInt({ min: 0n, max: MAXIMUM_COUNTER });
const requestId = fc
  .tuple(bytes, bytes, counter)
  .map(([from, to, number]) => ({ originator: euiFromBytes(from), target: euiFromBytes(to), counter: number }));

describe('EUI-64', () => {
  it('is the same through bytes, text, either case and PostgreSQL’s and the bare form', () => {
    fc.assert(
      fc.property(bytes, (eight) => {
        const eui = euiFromBytes(eight);
        expect(eui).toMatch(/^[0-9A-F]{2}(-[0-9A-F]{2}){7}$/);
        expect(euiBytes(eui)).toEqual(eight);
        const forms = [eui, eui.toLowerCase(), eui.replaceAll('-', ':').toLowerCase(), eui.replaceAll('-', '')];
        expect(forms.map(parseEui)).toEqual([eui, eui, eui, eui]);
      }),
    );
  });

  const wrong = ['', '90-B3', ' 90-B3-D5-1F-30-01-00-00', '90-B3-D5-1F-30-01-00-00\n', '90-B3-D5-1F-30-01-00-0G'];
  it.each([...wrong, '90-B3-D5-1F-30-01-00-00-00', '90-B3:D5-1F-30-01-00-00', '90B3-D51F-3001-0000'])(
    'is not "%s"',
    (text) => {
      expect(parseEui(text)).toBeUndefined();
      expect(() => requireEui(text)).toThrow(DuisError);
    },
  );

  it('has eight bytes', () => {
    expect(() => euiFromBytes(new Uint8Array(7))).toThrow(DuisError);
  });
});

describe('RequestID', () => {
  it('is the same after writing and reading, in either case', () => {
    fc.assert(
      fc.property(requestId, (id) => {
        const text = formatRequestId(id);
        expect(parseRequestId(text)).toEqual(id);
        expect(parseRequestId(text.toLowerCase())).toEqual(id);
        expect(responseIdOf(responseIdOf(id))).toEqual(id);
      }),
    );
  });

  const ends = '90-B3-D5-1F-30-01-00-00:00-DB-12-34-56-78-90-A0';
  it('takes the whole unsigned 64-bit range', () => {
    expect(parseRequestId(`${ends}:0`)?.counter).toBe(0n);
    expect(parseRequestId(`${ends}:18446744073709551615`)?.counter).toBe(MAXIMUM_COUNTER);
  });

  it.each(['', '-1', '+1', '01', '1.0', '1e3', '18446744073709551616', '99999999999999999999', '1 ', ' 1', '0x1', '١'])(
    'refuses the counter "%s"',
    (text) => {
      expect(parseRequestId(`${ends}:${text}`)).toBeUndefined();
    },
  );

  it.each([` ${ends}:1`, `${ends}:1\n`, ends, `${ends}:1:1`, `${ends.replaceAll('-', ':')}:1`, '::1', ''])(
    'is not "%s"',
    (text) => {
      expect(parseRequestId(text)).toBeUndefined();
    },
  );
});
