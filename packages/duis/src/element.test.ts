import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ElementRef } from './element.ts';
import { readMessage } from './read.ts';
import { PROPERTY_TIMEOUT, runs } from './testing/property-runs.ts';
import { request } from './testing/signed-samples.ts';

const bodyOf = (inside: string): ElementRef => readMessage(Buffer.from(request(inside))).body;

/** Any text that XML can carry. */
const xmlText = fc
  .string({ unit: 'binary', maxLength: 40 })
  .map((text) => text.replace(/[^\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, ''));

/** Spells one character in one of the ways of XML; the number chooses. */
function spell(one: string, way: number): string {
  const code = one.codePointAt(0) ?? 0;
  const named = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }[one];
  switch (way % 5) {
    case 0:
      return `&#${code};`;
    case 1:
      return `&#x${code.toString(16)};`;
    case 2:
      return one === ']' || one === '>' || one === '\r' ? `&#${code};` : `<![CDATA[${one}]]>`;
    default:
      // a carriage return as it is would be read as a line feed
      return named ?? (one === '\r' ? '&#xD;' : one);
  }
}

test('text is read as it was meant, however it is spelled', { timeout: PROPERTY_TIMEOUT }, () => {
  fc.assert(
    fc.property(xmlText, fc.array(fc.nat(4), { minLength: 1 }), (text, ways) => {
      const spelled = [...text].map((one, index) => spell(one, ways[index % ways.length] ?? 0)).join('');
      const body = bodyOf(`<sr:X><sr:Y>${spelled}</sr:Y></sr:X>`);
      expect(body.child('Y')?.text()).toBe(text);
    }),
    runs(1500),
  );
});

test('and so are attributes', { timeout: PROPERTY_TIMEOUT }, () => {
  fc.assert(
    fc.property(xmlText, fc.array(fc.nat(1), { minLength: 1 }), (text, ways) => {
      const spelled = [...text].map((one, index) =>
        /[&<"\s]/.test(one) ? spell(one, ways[index % ways.length] ?? 0) : one,
      );
      expect(bodyOf(`<sr:X a="${spelled.join('')}"/>`).attribute('a')).toBe(text);
    }),
    runs(1000),
  );
});

test('line ends are folded as XML says', () => {
  expect(bodyOf('<sr:X>a\r\nb\rc\r\r\nd&#13;\r\n<![CDATA[e\r\nf\r]]>\n</sr:X>').text()).toBe(
    'a\nb\nc\n\nd\r\ne\nf\n\n',
  );
  expect(bodyOf('<sr:X a="a\r\nb\rc\td&#13;&#10;&#9;"/>').attribute('a')).toBe('a b c d\r\n\t');
});

describe('the cursor', () => {
  const body = bodyOf(
    '<sr:A xmlns:o="http://www.dccinterface.co.uk/ResponseAndAlert" x="1" o:x="2"><sr:B>1</sr:B> <o:B>2</o:B>\n<o:B><sr:C/></o:B><sr:D><sr:B>3</sr:B></sr:D></sr:A>',
  );

  test('walks children, descendants and namespaces', () => {
    expect([...body.children()].map(({ name, namespace }) => `${namespace}:${name}`)).toEqual([
      'sr:B',
      'ra:B',
      'ra:B',
      'sr:D',
    ]);
    expect([...body.descendants()].map(({ name }) => name)).toEqual(['B', 'B', 'B', 'C', 'D', 'B']);
    expect([...body.descendants('B')].map((one) => one.text())).toEqual(['1', '2', '', '3']);
    expect(body.child('D')?.child('B')?.text()).toBe('3');
    expect(body.child('C')).toBeUndefined();
  });

  test('never meets an element of another namespace, which could be taken for one of DUIS by its name', () => {
    for (const foreign of ['<B/>', '<o:B xmlns:o="urn:o"/>', '<ds:B xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>']) {
      expect(() => bodyOf(`<sr:A>${foreign}</sr:A>`)).toThrow(/namespace that DUIS does not have/);
    }
  });

  test('has no text where there are elements', () => {
    expect(body.text()).toBe('');
    expect(body.child('D')?.text()).toBe('');
  });

  test('gives attributes by their names, and no declarations: canonical forms drop those that change nothing', () => {
    expect([body.attribute('x'), body.attribute('o:x'), body.attribute('y')]).toEqual(['1', '2', undefined]);
    expect([body.attribute('xmlns:o'), body.attribute('xmlns')]).toEqual([undefined, undefined]);
  });
});
