import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { issuerCandidates, normaliseIssuer } from './distinguished-name.ts';

describe('normaliseIssuer', () => {
  test.each([
    ['CN=Z1,OU=07', 'CN=Z1,OU=07'],
    ['CN=U1, OU=07', 'CN=U1,OU=07'],
    [' cn = U1 ; ou = 07 ', 'CN=U1,OU=07'],
    ['OID.2.5.4.3=U1,2.5.4.11=07', 'CN=U1,OU=07'],
    ['/OU=07/CN=Z1', 'CN=Z1,OU=07'],
    ['CN=A\\, B,OU=07', 'CN=A\\, B,OU=07'],
    ['CN="A, B",OU=07', 'CN=A\\, B,OU=07'],
    ['CN=A\\2C B,OU=07', 'CN=A\\, B,OU=07'],
    ['CN=Lu\\C4\\8Di\\C4\\87', 'CN=Lučić'],
    ['CN=#0c025A31,OU=07', 'CN=Z1,OU=07'],
    ['2.5.4.45=#03090090b3d51f30000002,OU=89', 'X500UNIQUEIDENTIFIER=#03090090B3D51F30000002,OU=89'],
    ['CN=a  b', 'CN=a b'],
    ['OU=2+CN=1,O=3', 'CN=1+OU=2,O=3'],
    ['CN=', 'CN='],
    ['CN=a=b', 'CN=a=b'],
  ])('%j is %j', (text, normal) => {
    expect(normaliseIssuer(text)).toBe(normal);
  });

  test.each(['', 'Z1', 'CN=Z1,', '=Z1', 'C N=Z1', 'CN="Z1', 'CN=\\q', 'CN=#0', 'CN=#0c05', `CN=${'x'.repeat(2_000)}`])(
    '%j is no name',
    (text) => {
      expect(normaliseIssuer(text)).toBeUndefined();
    },
  );

  test('a name in either order finds the same certificate', () => {
    expect(issuerCandidates('OU = 07, CN = Z1')).toContain('CN=Z1,OU=07');
    expect(issuerCandidates('CN=Z1')).toEqual(['CN=Z1']);
  });

  test('any value comes through escaping, and the normal form is its own normal form', () => {
    // Blanks are folded in the normal form, so values are drawn without double, leading or trailing ones.
    const value = fc
      .string({ unit: 'grapheme', maxLength: 30 })
      .map((text) => text.replace(/\s+/g, ' ').trim())
      .filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(value, value, (one, two) => {
        const escaped = (text: string) => text.replace(/[\\",+;<>/]/g, '\\$&').replace(/^#/, '\\#');
        const text = `CN=${escaped(one)}, OU=${escaped(two)}`;
        const normal = normaliseIssuer(text);
        expect(normal).toBeDefined();
        expect(normaliseIssuer(normal ?? '')).toBe(normal);
        expect(normaliseIssuer(`/OU=${escaped(two)}/CN=${escaped(one)}`)).toBe(normal);
      }),
    );
  });

  test('arbitrary text gives a name or undefined, never an exception', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        const normal = normaliseIssuer(`CN=${text}`);
        expect(normal === undefined || normal.startsWith('CN=') || normal.includes('CN=')).toBe(true);
      }),
    );
  });
});
