import { describe, expect, test } from 'vitest';
import { DuisError } from '../errors.ts';
import { NAMESPACE_DS } from './namespaces.ts';
import { scan } from './scan.ts';

/** The code and offset with which a document is refused; 'accepted' when it is not. */
function refusal(document: string | Uint8Array): string {
  try {
    scan(typeof document === 'string' ? Buffer.from(document) : document);
    return 'accepted';
  } catch (error) {
    if (error instanceof DuisError) return `${error.code} ${error.offset ?? '-'}`;
    throw error;
  }
}

const MEGABYTE = 1_000_000;

/** Runs `work` and returns how long it took, in ms of this process's CPU: other work on the machine does not count. */
function cpuTime(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

describe('what is refused, with its code and where', () => {
  test.each<[string, string, string]>([
    ['nothing', '', 'duis.xml.malformed 0'],
    ['white space only', ' \r\n', 'duis.xml.malformed 3'],
    ['text only', 'hello', 'duis.xml.malformed 0'],
    ['a DOCTYPE', '<?xml version="1.0"?><!DOCTYPE a><a/>', 'duis.xml.doctype 21'],
    ['a DOCTYPE inside', '<a><!DOCTYPE a></a>', 'duis.xml.doctype 3'],
    ['an entity bomb', '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>', 'duis.xml.doctype 0'],
    ['an external entity', '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', 'duis.xml.doctype 0'],
    ['an entity that nobody declared', '<a>&nbsp;</a>', 'duis.xml.entity 3'],
    ['the same in an attribute', '<a b="12&nbsp;"/>', 'duis.xml.entity 8'],
    ['an instruction before the root', '<?a b?><a/>', 'duis.xml.processing-instruction 0'],
    ['an instruction inside', '<a>1<?b?></a>', 'duis.xml.processing-instruction 4'],
    ['an instruction behind', '<a/><?b?>', 'duis.xml.processing-instruction 4'],
    ['white space before the XML declaration', ' <?xml version="1.0"?><a/>', 'duis.xml.processing-instruction 1'],
    [
      'a second XML declaration',
      '<?xml version="1.0"?><?xml version="1.0"?><a/>',
      'duis.xml.processing-instruction 21',
    ],
    ['XML 1.1', '<?xml version="1.1"?><a/>', 'duis.xml.malformed 0'],
    ['an XML declaration without version', '<?xml encoding="UTF-8"?><a/>', 'duis.xml.malformed 0'],
    ['a declared encoding that is not UTF-8', '<?xml version="1.0" encoding="ISO-8859-1"?><a/>', 'duis.xml.encoding 0'],
    ['a comment before the root', '<!-- --><a/>', 'duis.xml.comment 0'],
    ['a comment inside a value', '<a>4.1<!---->.1</a>', 'duis.xml.comment 6'],
    ['a comment between elements', '<a><b/><!----></a>', 'duis.xml.comment 7'],
    ['a comment behind the root', '<a/><!-- -->', 'duis.xml.comment 4'],
    ['two roots', '<a/><b/>', 'duis.xml.malformed 4'],
    ['text behind the root', '<a/>1', 'duis.xml.malformed 4'],
    ['an end tag at the start', '</><a>', 'duis.xml.malformed 1'],
    ['end tags before start tags', '</></><a><b>', 'duis.xml.malformed 1'],
    ['CDATA at the start', '<![CDATA[1]]><a/>', 'duis.xml.doctype 0'],
    ['crossing tags', '<a><b></a></b>', 'duis.xml.malformed 6'],
    ['a longer end tag', '<a></ab>', 'duis.xml.malformed 3'],
    ['a shorter end tag', '<ab></a>', 'duis.xml.malformed 4'],
    ['an end tag with an attribute', '<a></a b="">', 'duis.xml.malformed 3'],
    ['an attribute without a value', '<a b/>', 'duis.xml.malformed 4'],
    ['an attribute without quotes', '<a b=1/>', 'duis.xml.malformed 5'],
    ['no white space between attributes', '<a b="1"c="2"/>', 'duis.xml.malformed 8'],
    ['< in an attribute', '<a b="<"/>', 'duis.xml.malformed 6'],
    ['an attribute twice', '<a b="1" c="" b="2"/>', 'duis.xml.malformed 14'],
    [
      'an attribute twice, by two prefixes',
      '<a xmlns:x="urn:a" xmlns:y="urn:a" x:b="1" y:b="2"/>',
      'duis.xml.malformed 43',
    ],
    ['a prefix declared twice', '<a xmlns:x="urn:a" xmlns:x="urn:a"/>', 'duis.xml.malformed 19'],
    ['a prefix that is not declared', '<a><x:b/></a>', 'duis.xml.namespace 3'],
    ['a prefix of an attribute that is not declared', '<a b="1" x:b=""/>', 'duis.xml.namespace 9'],
    ['a prefix after its scope', '<a><b xmlns:x="urn:a"/><x:c/></a>', 'duis.xml.namespace 23'],
    ['a prefix bound to nothing', '<a xmlns:x=""/>', 'duis.xml.namespace 3'],
    ['a relative namespace', '<a xmlns="../x"/>', 'duis.xml.namespace 3'],
    ['a namespace with a blank', '<a xmlns="urn:x y"/>', 'duis.xml.namespace 3'],
    ['a namespace with an ampersand', '<a xmlns="http://x/?a&amp;b"/>', 'duis.xml.namespace 3'],
    ['another namespace for xml', '<a xmlns:xml="urn:x"/>', 'duis.xml.namespace 3'],
    [
      'another prefix for the namespace of xml',
      '<a xmlns:x="http://www.w3.org/XML/1998/namespace"/>',
      'duis.xml.namespace 3',
    ],
    ['xmlns declared', '<a xmlns:xmlns="urn:x"/>', 'duis.xml.namespace 3'],
    ['two colons', '<a:b:c xmlns:a="urn:x"/>', 'duis.xml.malformed 4'],
    ['a name that starts with a digit', '<1a/>', 'duis.xml.malformed 1'],
    ['a name beyond ASCII', '<é/>', 'duis.xml.malformed 1'],
    ['a name that goes on beyond ASCII', '<aé/>', 'duis.xml.malformed 2'],
    ['an ampersand alone', '<a>a & b</a>', 'duis.xml.malformed 5'],
    ['a reference without its end', '<a>&amp</a>', 'duis.xml.malformed 3'],
    ['an endless reference', `<a>&#${'0'.repeat(50)}65;</a>`, 'duis.xml.malformed 3'],
    ['a reference to NUL', '<a>&#0;</a>', 'duis.xml.character 3'],
    ['a reference to a surrogate', '<a>&#xD800;</a>', 'duis.xml.character 3'],
    ['a reference beyond Unicode', '<a>&#x110000;</a>', 'duis.xml.character 3'],
    ['a reference to U+FFFE in an attribute', '<a b="&#xFFFE;"/>', 'duis.xml.character 6'],
    ['NUL', '<a>1\0</a>', 'duis.xml.character 4'],
    ['NUL in an attribute', '<a b="\0"/>', 'duis.xml.character 6'],
    ['NUL behind the root', '<a/>\0', 'duis.xml.malformed 4'],
    ['a control character in CDATA', '<a><![CDATA[\u0001]]></a>', 'duis.xml.character 12'],
    ['U+FFFE', '<a>\ufffe</a>', 'duis.xml.character 3'],
    ['U+FFFF in an attribute', '<a b="\uffff"/>', 'duis.xml.character 6'],
    ['U+FFFF in CDATA', '<a><![CDATA[\uffff]]></a>', 'duis.xml.character 12'],
    ['the end of CDATA in text', '<a>]]></a>', 'duis.xml.malformed 5'],
    ['CDATA that does not end', '<a><![CDATA[1</a>', 'duis.xml.malformed 17'],
    ['text beside elements', '<a>1<b/></a>', 'duis.profile.structure 4'],
    ['text behind elements', '<a><b/>1</a>', 'duis.profile.structure 7'],
    ['a blank as a reference beside elements', '<a><b/>&#32;</a>', 'duis.profile.structure 7'],
    ['empty CDATA beside elements', '<a><b/><![CDATA[]]></a>', 'duis.profile.structure 7'],
  ])('%s', (_name, document, expected) => {
    expect(refusal(document)).toBe(expected);
  });

  test('other encodings than UTF-8', () => {
    expect(refusal(Buffer.from('\ufeff<a/>', 'utf16le'))).toBe('duis.xml.encoding -');
    expect(refusal(Buffer.from('<a/>', 'utf16le'))).toBe('duis.xml.malformed 1');
    expect(refusal(Buffer.from('<a/>', 'utf16le').swap16())).toBe('duis.xml.malformed 0');
    for (const bytes of ['\xc3', '\xc0\x80', '\xe0\x80\x80', '\xed\xa0\x80', '\xf4\x90\x80\x80', '\xff', '\x80']) {
      expect(refusal(Buffer.from(`<a>${bytes}</a>`, 'latin1'))).toBe('duis.xml.encoding -');
    }
  });

  test('comments in the signature are taken between its parts only', () => {
    const signature = (inside: string): string =>
      `<a><ds:Signature xmlns:ds="${NAMESPACE_DS}">${inside}</ds:Signature></a>`;
    expect(refusal(signature('<!-- x --><ds:SignedInfo/><!---->'))).toBe('accepted');
    expect(refusal(signature('<ds:SignedInfo><!-- x --></ds:SignedInfo>'))).toContain('duis.xml.comment');
    expect(refusal(signature('<ds:KeyInfo>1<!-- x --></ds:KeyInfo>'))).toContain('duis.xml.comment');
    expect(refusal(signature('<!-- x -- y -->'))).toContain('duis.xml.malformed');
    expect(refusal(signature('<!-- x --->'))).toContain('duis.xml.malformed');
    expect(refusal(signature('<!-- \u0001 -->'))).toContain('duis.xml.character');
    expect(refusal(signature('<!-- \ufffe -->'))).toContain('duis.xml.character');
  });
});

describe('limits', () => {
  test('depth', () => {
    expect(refusal('<a>'.repeat(48) + '</a>'.repeat(48))).toBe('accepted');
    expect(refusal('<a>'.repeat(49) + '</a>'.repeat(49))).toBe('duis.xml.limit 144');
    expect(refusal('<a>'.repeat(MEGABYTE))).toBe('duis.xml.limit 144');
  });

  test('attributes', () => {
    const element = (count: number): string => `<a${Array.from({ length: count }, (_, n) => ` a${n}=""`).join('')}/>`;
    expect(refusal(element(64))).toBe('accepted');
    expect(refusal(element(65))).toBe(`duis.xml.limit ${element(64).length - 1}`);
    expect(refusal(`<a b="${'x'.repeat(65_536)}"/>`)).toBe('accepted');
    expect(refusal(`<a b="${'x'.repeat(65_537)}"/>`)).toBe('duis.xml.limit 3');
  });

  test('namespaces', () => {
    const element = (from: number, count: number): string =>
      `<a${Array.from({ length: count }, (_, n) => ` xmlns:n${from + n}="urn:x"`).join('')}>`;
    expect(refusal(`${element(0, 64)}</a>`)).toBe('accepted');
    expect(refusal(`${element(0, 60)}${element(60, 5)}</a></a>`)).toContain('duis.xml.limit');
    expect(refusal(`<r>${`${element(0, 60)}</a>`.repeat(20)}</r>`)).toBe('accepted');
  });

  test('elements', () => {
    expect(refusal(`<r>${'<a/>'.repeat(249_999)}</r>`)).toBe('accepted');
    expect(refusal(`<r>${'<a/>'.repeat(250_000)}</r>`)).toBe(`duis.xml.limit ${3 + 249_999 * 4 + 1}`);
  });

  test('characters that canonical forms spell differently', () => {
    expect(refusal(`<a>${'>'.repeat(250_000)}</a>`)).toBe('accepted');
    expect(refusal(`<a>${'>'.repeat(250_001)}</a>`)).toBe('duis.xml.limit 250003');
  });
});

describe('no document takes long', () => {
  const size = 3 * MEGABYTE;
  test.each<[string, () => string]>([
    ['plain text', () => `<a>${'A'.repeat(size)}</a>`],
    [
      'base64 with line ends as the Operator writes them',
      () => `<a>${`${'A'.repeat(76)}&#13;\r\n`.repeat(size / 83)}</a>`,
    ],
    ['white space', () => `<a${' '.repeat(size)}>`],
    ['white space behind the root', () => `<a/>${'\n'.repeat(size)}`],
    ['white space in the XML declaration', () => `<?xml version="1.0"${' '.repeat(size)}<a/>`],
    ['a name', () => `<${'a'.repeat(size)}/>`],
    ['an attribute', () => `<a b="${'a'.repeat(size)}"/>`],
    ['brackets', () => `<a>${']'.repeat(size)}</a>`],
    ['carriage returns', () => `<a>${'\r'.repeat(size)}</a>`],
    ['references', () => `<a>${'&lt;'.repeat(size / 4)}</a>`],
    ['references between letters', () => `<a>${'&#65;a'.repeat(600_000)}</a>`],
    ['references in attributes', () => `<r>${`<a b="${'&lt;'.repeat(16_000)}"/>`.repeat(60)}</r>`],
    ['ampersands', () => `<a>${'&'.repeat(size)}</a>`],
    ['CDATA sections', () => `<a>${'<![CDATA[>]]>'.repeat(size / 13)}</a>`],
    ['starts of CDATA', () => `<a>${'<![CDATA['.repeat(size / 9)}</a>`],
    ['starts of comments', () => `<a>${'<!--'.repeat(size / 4)}</a>`],
    ['starts of tags', () => '<a '.repeat(size / 3)],
    [
      'hyphens in a comment of the signature',
      () => `<a><b:Signature xmlns:b="${NAMESPACE_DS}"><!--${'- '.repeat(size / 2)}`,
    ],
  ])('%s', (_name, make) => {
    const bytes = Buffer.from(make());
    // each takes some 200 ms; a search that starts again at each '&' took four minutes
    expect(
      cpuTime(() => {
        if (refusal(bytes) === 'accepted') scan(bytes).tape.content(0);
      }),
    ).toBeLessThan(5000);
  });

  test('elements full of attributes and prefixes', () => {
    const declared = Array.from({ length: 26 }, (_, n) => `xmlns:${String.fromCharCode(97 + n)}="urn:x"`).join(' ');
    const element = `<b ${Array.from({ length: 60 }, (_, n) => `a:a${n}=""`).join(' ')}/>`;
    const bytes = Buffer.from(`<root ${declared}>${element.repeat((2 * MEGABYTE) / element.length)}</root>`);
    expect(cpuTime(() => scan(bytes))).toBeLessThan(3000);
  });
});
