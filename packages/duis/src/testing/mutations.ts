/**
 * For tests only: what an attacker, a broken tool or a line does to a message. A mutation is a kind and three numbers;
 * the numbers choose among the places that the kind finds, so every list of mutations can be applied to any message.
 * Texts are latin1 views: one character a byte.
 */
import { generateKeyPairSync, hash, sign } from 'node:crypto';
import fc from 'fast-check';
import { scan } from '../xml/scan.ts';

export interface Mutation {
  readonly kind: string;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

type Mutator = (text: string, a: number, b: number, c: number) => string;

const DS_URI = 'http://www.w3.org/2000/09/xmldsig#';
const SR_URI = 'http://www.dccinterface.co.uk/ServiceUserGateway';
// biome-ignore format: tokens
const tokens = [
  '<', '>', '/>', '</', '&', '"', "'", ']]>', '<![CDATA[', '<!--', '-->', '<!---->', '<?pi?>', '<!DOCTYPE a>', '\0', '\r', '\r\n', '\n', '\t',
  ' ', ' a="1"', ' xmlns="urn:x"', ' xmlns=""', ' xmlns:sr="urn:x"', '&amp;', '&lt;', '&#13;', '&#0;', '&x;', '&#65;', '\xef\xbb\xbf',
  '\xef\xbf\xbe', '\xc3\xa9', '\xc0\x80', '\xed\xa0\x80', '\xf0\x9d\x84\x9e', '<a/>', '<sr:X>1</sr:X>', ':', '=', '0', 'A', '\x7f', '\xa0',
];

const pick = <One>(list: readonly One[], index: number): One | undefined => list[index % list.length];
const splice = (text: string, from: number, to: number, put: string): string =>
  text.slice(0, from) + put + text.slice(to);

/** Replaces one of the places where `pattern` (global) matches. */
function replaceOne(text: string, pattern: RegExp, which: number, put: (match: RegExpMatchArray) => string): string {
  const match = pick([...text.matchAll(pattern)], which);
  return match === undefined ? text : splice(text, match.index, match.index + match[0].length, put(match));
}

const startTag = /<([A-Za-z_][\w.-]*:?[\w.-]*)((?:\s[^<>]*?)?)(\/?)>/g;
const leaf = /<([A-Za-z_][\w.:-]*)((?:\s[^<>]*)?)>([^<>]+)<\/\1>/g;
const attribute = /\s([\w:.-]+)="([^"<>]*)"/g;
const between = />(?=<)/g;
const signaturePattern = /<ds:Signature[ >](?:(?!<ds:Signature[ >])[\s\S])*<\/ds:Signature>(?=\s*<\/\w+:\w+>\s*$)/;
const header = /<sr:Header>[\s\S]*?<\/sr:Header>/;
const body = /<sr:Body>[\s\S]*<\/sr:Body>/;

const inLeaf = (text: string, which: number, put: (value: string) => string): string =>
  replaceOne(text, leaf, which, ([, name, attributes, value = '']) => `<${name}${attributes}>${put(value)}</${name}>`);
const atBoundary = (text: string, which: number, put: string): string =>
  replaceOne(text, between, which, () => `>${put}`);
const inTag = (text: string, which: number, put: string): string =>
  replaceOne(text, startTag, which, ([, name, rest, end]) => `<${name}${rest}${put}${end}>`);
const found = (text: string, pattern: RegExp): string => pattern.exec(text)?.[0] ?? '';
/** Another message than was signed. */
const forged = (part: string): string =>
  part
    .replace(/:1000</g, ':1001<')
    .replace(/>4\.1</g, '>4.2<')
    .replace(/(ReadInst\w+|UpdateF\w+|SendM\w+)/g, 'Forged');
const withoutSignature = (text: string): string => text.replace(signaturePattern, '');

function changeSignature(text: string, change: (signature: string) => string): string {
  const signature = found(text, signaturePattern);
  return signature === '' ? text : text.replace(signature, () => change(signature));
}

const middle = (text: string, at: number): [string, string] => [
  text.slice(0, at % (text.length + 1)),
  text.slice(at % (text.length + 1)),
];

const mutators: Readonly<Record<string, Mutator>> = {
  // ---- bytes
  flipBit: (text, a, b) =>
    splice(
      text,
      a % text.length,
      (a % text.length) + 1,
      String.fromCharCode(text.charCodeAt(a % text.length) ^ (1 << (b % 8))),
    ),
  setByte: (text, a, b) => splice(text, a % text.length, (a % text.length) + 1, String.fromCharCode(b % 256)),
  insertByte: (text, a, b) => splice(text, a % text.length, a % text.length, String.fromCharCode(b % 256)),
  deleteBytes: (text, a, b) => splice(text, a % text.length, (a % text.length) + 1 + (b % 8), ''),
  repeatBytes: (text, a, b) =>
    splice(text, a % text.length, a % text.length, text.slice(a % text.length, (a % text.length) + (b % 200))),
  moveBytes: (text, a, b, c) => {
    const part = text.slice(a % text.length, (a % text.length) + (b % 200));
    const [before, after] = middle(
      text.replace(part, () => ''),
      c,
    );
    return before + part + after;
  },
  insertToken: (text, a, b) => splice(text, a % text.length, a % text.length, pick(tokens, b) ?? ''),
  tokenInLeaf: (text, a, b, c) => inLeaf(text, a, (value) => middle(value, c).join(pick(tokens, b) ?? '')),
  tokenInTag: (text, a, b) => inTag(text, a, pick(tokens, b) ?? ''),
  tokenBetween: (text, a, b) => atBoundary(text, a, pick(tokens, b) ?? ''),
  truncate: (text, a) => text.slice(0, a % text.length),
  // ---- attributes
  addAttribute: (text, a, b) =>
    inTag(
      text,
      a,
      pick([' a="1"', ' schemaVersion="5.4"', ' Id="x"', ' xml:lang="en"', ' sr:a="1"', ' URI="#x"'], b) ?? '',
    ),
  removeAttribute: (text, a) => replaceOne(text, attribute, a, () => ''),
  repeatAttribute: (text, a) => replaceOne(text, attribute, a, ([all]) => all + all),
  turnAttributes: (text, a) =>
    replaceOne(
      text,
      /((?:\s[\w:.-]+="[^"<>]*")+)(\s[\w:.-]+="[^"<>]*")/g,
      a,
      ([, first, second]) => `${second}${first}`,
    ),
  respellAttribute: (text, a, b, c) =>
    replaceOne(text, attribute, a, ([all, name, value = '']) => {
      if (b % 3 === 0) return all.replaceAll('"', value.includes("'") ? '"' : "'");
      if (b % 3 === 1) return `\r\n${name}\t= "${value}"`;
      const at = value.length === 0 ? 0 : c % value.length;
      return ` ${name}="${value.slice(0, at)}${value.slice(at, at + 1).replace(/^[^&]$/, (one) => `&#${one.charCodeAt(0)};`)}${value.slice(at + 1)}"`;
    }),
  changeAttribute: (text, a, b) => replaceOne(text, attribute, a, ([, name, value]) => ` ${name}="${value}${b % 10}"`),
  // ---- namespaces
  declareAgain: (text, a) => inTag(text, a, ` xmlns:sr="${SR_URI}"`),
  declareUnused: (text, a) => inTag(text, a, ' xmlns:unused="urn:unused"'),
  rebind: (text, a, b) =>
    inTag(text, a, pick([' xmlns:sr="urn:x"', ` xmlns:ds="${SR_URI}"`, ` xmlns:sr="${DS_URI}"`], b) ?? ''),
  setDefault: (text, a, b) =>
    inTag(text, a, pick([' xmlns="urn:x"', ' xmlns=""', ` xmlns="${SR_URI}"`, ` xmlns="${DS_URI}"`], b) ?? ''),
  renamePrefix: (text, _a, b) =>
    text.replaceAll(b % 2 ? 'sr:' : 'ds:', 'q:').replaceAll(b % 2 ? 'xmlns:sr' : 'xmlns:ds', 'xmlns:q'),
  renameElement: (text, a, b) =>
    replaceOne(
      text,
      startTag,
      a,
      ([, name, rest, end]) => `<${pick(['sr:X', 'X', 'ds:Signature', `${name}x`], b)}${rest}${end}>`,
    ),
  // ---- wrapping: the signed content elsewhere, other content where it was
  signedIntoObject: (text) =>
    changeSignature(text, (signature) => {
      const root = withoutSignature(text).replace(/^[^<]*(?:<\?[^>]*\?>\s*)?/, '');
      return signature.replace(/<\/ds:Signature>$/, () => `<ds:Object>${root}</ds:Object></ds:Signature>`);
    }).replace(header, forged),
  forgedRootAround: (text) => {
    const root = text.replace(/^[^<]*(?:<\?[^>]*\?>\s*)?/, '');
    return `<sr:Request xmlns:sr="${SR_URI}" schemaVersion="5.4">${forged(found(text, header))}${forged(found(text, body))}${root}</sr:Request>`;
  },
  forgedRootWithSignature: (text) => {
    const root = withoutSignature(text).replace(/^[^<]*(?:<\?[^>]*\?>\s*)?/, '');
    const forgery = `<sr:Request xmlns:sr="${SR_URI}" schemaVersion="5.4">${forged(found(text, header))}${forged(found(text, body))}`;
    return `${forgery}<sr:Wrapped>${root}</sr:Wrapped>${found(text, signaturePattern)}</sr:Request>`;
  },
  secondHeader: (text, a) => text.replace(header, (one) => (a % 2 ? one + forged(one) : forged(one) + one)),
  secondBody: (text, a) => text.replace(body, (one) => (a % 2 ? one + forged(one) : forged(one) + one)),
  headerIntoSignature: (text) =>
    changeSignature(text.replace(header, forged), (signature) =>
      signature.replace('<ds:KeyInfo>', () => `${found(text, header)}<ds:KeyInfo>`),
    ),
  bodyIntoSignature: (text) =>
    changeSignature(text.replace(body, forged), (signature) =>
      signature.replace('</ds:Signature>', () => `${found(text, body)}</ds:Signature>`),
    ),
  forgedBehindSignature: (text) => changeSignature(text, (signature) => signature + forged(found(text, body))),
  forgedBehindRoot: (text) => text + forged(text),
  forgedBeforeRoot: (text) => forged(text) + text,
  // ---- comments, instructions, other spellings
  commentInLeaf: (text, a, b) => inLeaf(text, a, (value) => middle(value, b).join('<!--x-->')),
  commentCutsLeaf: (text, a) => inLeaf(text, a, (value) => `${value}<!-- -->0`),
  commentBetween: (text, a) => atBoundary(text, a, '<!-- -->'),
  commentInSignature: (text) =>
    changeSignature(text, (signature) => signature.replace('<ds:SignatureValue>', '<!-- x --><ds:SignatureValue>')),
  instruction: (text, a) => atBoundary(text, a, '<?x y?>'),
  cdataLeaf: (text, a) => inLeaf(text, a, (value) => (value.includes('&') ? value : `<![CDATA[${value}]]>`)),
  cdataInLeaf: (text, a, b) => inLeaf(text, a, (value) => middle(value, b).join('<![CDATA[]]>')),
  referenceInLeaf: (text, a, b, c) =>
    inLeaf(text, a, (value) => {
      const at = b % value.length;
      const code = value.charCodeAt(at);
      if (code >= 0x80 || /&[^;]*$/.test(value.slice(0, at + 1))) return value;
      return splice(value, at, at + 1, c % 2 ? `&#${code};` : `&#x${code.toString(16)};`);
    }),
  entity: (text, a) => inLeaf(`<!DOCTYPE x [<!ENTITY e "4.1.1">]>${text}`, a, () => '&e;'),
  // ---- signatures
  repeatSignature: (text) => changeSignature(text, (signature) => signature + signature),
  nestSignature: (text) =>
    changeSignature(text, (signature) =>
      signature.replace('</ds:Signature>', () => `<ds:Object>${signature}</ds:Object></ds:Signature>`),
    ),
  signatureFirst: (text) =>
    withoutSignature(text).replace('<sr:Header>', () => `${found(text, signaturePattern)}<sr:Header>`),
  signatureIntoBody: (text) =>
    withoutSignature(text).replace('</sr:Body>', () => `${found(text, signaturePattern)}</sr:Body>`),
  signatureIntoContent: (text, a) => atBoundary(text, a, found(text, signaturePattern)),
  removeSignature: (text) => withoutSignature(text),
  secondSignedInfo: (text, a) =>
    text.replace(/<ds:SignedInfo>[\s\S]*<\/ds:SignedInfo>/, (one) => {
      const other = one.replace(/<ds:DigestValue>.{4}/, '<ds:DigestValue>AAAA');
      return a % 2 ? one + other : other + one;
    }),
  addObject: (text, a) =>
    changeSignature(text, (signature) =>
      signature.replace('</ds:Signature>', `<ds:Object${a % 2 ? ' Id="x"' : ''}>1</ds:Object></ds:Signature>`),
    ),
  removeKeyInfo: (text) => text.replace(/<ds:KeyInfo>[\s\S]*<\/ds:KeyInfo>(?=<\/ds:Signature>)/, ''),
  changeSigner: (text, _a, b) => text.replace(/<ds:X509SerialNumber>[^<]*/, `<ds:X509SerialNumber>${b}`),
  // ---- algorithms and references
  algorithm: (text, a, b) =>
    replaceOne(
      text,
      /Algorithm="[^"]*"/g,
      a,
      () =>
        `Algorithm="${pick(['', 'http://www.w3.org/2001/10/xml-exc-c14n#', 'http://www.w3.org/2001/10/xml-exc-c14n#WithComments', 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315', 'http://www.w3.org/2000/09/xmldsig#hmac-sha1', 'http://www.w3.org/2000/09/xmldsig#sha1', 'http://www.w3.org/TR/1999/REC-xslt-19991116'], b)}"`,
    ),
  inclusiveNamespaces: (text, a) =>
    replaceOne(
      text,
      /<ds:(CanonicalizationMethod|Transform|DigestMethod)( [^>]*?)\/>/g,
      a,
      ([, name, rest]) =>
        `<ds:${name}${rest}><InclusiveNamespaces xmlns="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="sr"/></ds:${name}>`,
    ),
  secondTransform: (text, a) =>
    text.replace(/<ds:Transform [^>]*\/>/, (one) => {
      const other = `<ds:Transform Algorithm="${a % 2 ? 'http://www.w3.org/2001/10/xml-exc-c14n#' : 'http://www.w3.org/2000/09/xmldsig#enveloped-signature'}"/>`;
      return a % 4 < 2 ? one + other : other + one;
    }),
  noTransforms: (text) => text.replace(/<ds:Transforms>[\s\S]*<\/ds:Transforms>/, ''),
  secondReference: (text, a) =>
    text.replace(/<ds:Reference [\s\S]*<\/ds:Reference>/, (one) =>
      a % 2 ? one + one.replace('URI=""', 'URI="#x"') : one.replace('URI=""', 'URI="#x"') + one,
    ),
  changeUri: (text, a) =>
    text.replace(
      '<ds:Reference URI=""',
      () =>
        `<ds:Reference${pick([' URI="#x"', '', ' URI="#xpointer(/)"', " URI=''", ' URI=" "', ' Id="y" URI=""'], a)}`,
    ),
  // ---- values
  otherHalf: (text) => text.replace(/(?<=<ds:SignatureValue>)[^<]*/, (value) => otherHalf(value)),
  zeroValue: (text) => text.replace(/(?<=<ds:SignatureValue>)[^<]*/, Buffer.alloc(64).toString('base64')),
  breakBase64: (text, a) =>
    replaceOne(text, /(?<=<ds:(?:SignatureValue|DigestValue)>)[^<]*/g, a, ([value]) =>
      middle(value, a).join('&#13;\r\n \t'),
    ),
  ownDigest: (text) => rewriteDigest(text),
  ownSignature: (text) => resign(rewriteDigest(text)),
  // ---- content
  changeLeaf: (text, a, b) => inLeaf(text, a, (value) => `${value.slice(0, -1)}${b % 10}`),
  swapLeaves: (text, a, b) => {
    const values = [...text.matchAll(leaf)];
    const [one, two] = [pick(values, a), pick(values, b)];
    if (one === undefined || two === undefined) return text;
    return inLeaf(
      inLeaf(text, a, () => two[3] ?? ''),
      b,
      () => one[3] ?? '',
    );
  },
  removeLeaf: (text, a) => replaceOne(text, leaf, a, () => ''),
  repeatLeaf: (text, a) => replaceOne(text, leaf, a, ([all]) => all + all),
  foldCase: (text, a) => inLeaf(text, a, (value) => value.toLowerCase()),
  // ---- white space and what stands before the root
  blankInLeaf: (text, a, b) => inLeaf(text, a, (value) => (b % 2 ? ` ${value}` : `${value}\n`)),
  blankBetween: (text, a, b) => atBoundary(text, a, pick([' ', '\n', '\r\n', '\r', '&#32;'], b) ?? ''),
  lineEnds: (text, a) => (a % 2 ? text.replaceAll('\r\n', '\n') : text.replace(/\r?\n/g, '\r\n')),
  blankInEndTag: (text, a) => replaceOne(text, /<\/[\w:.-]+>/g, a, ([tag]) => tag.replace('>', '\r\n>')),
  longEmpty: (text, a) =>
    replaceOne(text, /<([\w:.-]+)((?:\s[^<>]*)?)\/>/g, a, ([, name, rest]) => `<${name}${rest}></${name}>`),
  declaration: (text, a) =>
    (pick(
      [
        '<?xml version="1.0"?>',
        '\xef\xbb\xbf',
        '\n',
        "<?xml version='1.0' encoding='ISO-8859-1'?>",
        '<?xml version="1.1"?>',
      ],
      a,
    ) ?? '') + text.replace(/^<\?xml[^>]*\?>\s*/, ''),
  tail: (text, a) => text + (pick(['\n', ' \r\n', '<!-- -->', '\0', '<?x?>', 'x'], a) ?? ''),
};

/** The key of an attacker: a good one, but not the signer's. */
export const attackersKey = generateKeyPairSync('ec', { namedCurve: 'P-256' });

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** ECDSA verifies (r, n - s) as it does (r, s): another spelling that anybody can write. */
function otherHalf(value: string): string {
  const bytes = Buffer.from(value, 'base64');
  if (bytes.length !== 64) return value;
  const s = (ORDER - BigInt(`0x${bytes.toString('hex', 32)}`)).toString(16).padStart(64, '0');
  return Buffer.concat([bytes.subarray(0, 32), Buffer.from(s, 'hex')]).toString('base64');
}

function rewriteDigest(text: string): string {
  try {
    const digest = hash('sha256', Buffer.from(scan(Buffer.from(text, 'latin1')).canonicalDocument, 'latin1'), 'base64');
    return text.replace(/(?<=<ds:DigestValue>)[^<]*(?=<\/ds:DigestValue>(?:(?!<ds:DigestValue>)[\s\S])*$)/, digest);
  } catch {
    return text; // not well-formed: nothing to digest, which is no failure of the mutation
  }
}

function resign(text: string): string {
  const key = { key: attackersKey.privateKey, dsaEncoding: 'ieee-p1363' as const };
  try {
    const signedInfo = scan(Buffer.from(text, 'latin1')).canonicalSignedInfo;
    const value = sign('sha256', Buffer.from(signedInfo, 'latin1'), key).toString('base64');
    return text.replace(/(?<=<ds:SignatureValue>)[^<]*/, value);
  } catch {
    return text; // as above
  }
}

export const mutationKinds: readonly string[] = Object.keys(mutators);

const mutation = fc.record({
  kind: fc.constantFrom(...mutationKinds),
  a: fc.nat(0xffffff),
  b: fc.nat(0xffff),
  c: fc.nat(0xffffff),
});

/** One to three mutations, one after the other; often the attacker then writes his own digest. */
export const mutations: fc.Arbitrary<Mutation[]> = fc
  .tuple(fc.array(mutation, { minLength: 1, maxLength: 3 }), fc.constantFrom('', '', '', 'ownDigest', 'ownSignature'))
  .map(([list, last]) => (last === '' ? list : [...list, { kind: last, a: 0, b: 0, c: 0 }]));

export function mutate(bytes: Uint8Array, list: readonly Mutation[]): Buffer {
  let text = Buffer.from(bytes).toString('latin1');
  for (const { kind, a, b, c } of list) {
    if (text.length > 0) text = mutators[kind]?.(text, a, b, c) ?? text;
  }
  return Buffer.from(text, 'latin1');
}
