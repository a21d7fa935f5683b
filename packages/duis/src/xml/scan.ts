/**
 * One strict pass over the bytes of a message.
 *
 * In this pass the text is checked to be well-formed, the elements are laid down on a tape, the document is written in
 * canonical form without its signature (inclusive C14N 1.0), and the SignedInfo in exclusive C14N: the two forms that
 * the signature profile of DUIS mixes. Reading and digesting the same pass is what makes it sure that nothing is read
 * but what was signed.
 *
 * It does not resolve entities or load anything, and it knows nothing of DUIS but the place of the signature.
 * What is refused though XML allows it: DOCTYPE, processing instructions, comments (outside element content of the
 * signature), names beyond ASCII, text beside child elements, encodings other than UTF-8.
 *
 * Canonical text is copied in runs: as long as the input is canonical already, nothing is written at all.
 */
import { isUtf8 } from 'node:buffer';
import { DuisError, type DuisErrorCode } from '../errors.ts';
import { attributeValue, canonicalCdata, canonicalTextCharacter } from './canonical.ts';
import {
  AMPERSAND,
  CARRIAGE_RETURN,
  checkLeadEf,
  GREATER_THAN,
  ILLEGAL,
  isWhiteSpace,
  LEAD_EF,
  LESS_THAN,
  nameClass,
  PLAIN,
  readReference,
  textClass,
  WHITE_SPACE,
} from './characters.ts';
import {
  type Attribute,
  attributeUri,
  Bindings,
  canonicalAttributes,
  canonicalDeclarations,
  checkDeclaration,
  DS,
} from './namespaces.ts';
import { Tape } from './tape.ts';

const DEEPEST = 48;
const MOST_ATTRIBUTES = 64;
/** Bytes of one attribute's value: DUIS has numbers, and lists of schema addresses, in them. */
const LONGEST_VALUE = 65_536;
/**
 * Places of a document that canonical forms spell in another way. Each costs some 50 bytes until the form is flat: 13.7 MB
 * of '>' took 785 MB and 2.4 s without this limit. Firmware of that size with a CR LF each 76 characters has 180,000.
 */
const MOST_RESPELLED = 1_000_000;
const declarationPattern =
  /<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"1\.0"|'1\.0')(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"([A-Za-z][A-Za-z0-9._-]*)"|'([A-Za-z][A-Za-z0-9._-]*)'))?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>/y;

/** What is written to the canonical forms while scanning goes on. */
const DOCUMENT = 0;
const SIGNATURE = 1;
const SIGNED_INFO = 2;

export interface Scan {
  readonly tape: Tape;
  /** The document without its signature, inclusive C14N 1.0 without comments; latin1 view of UTF-8. */
  readonly canonicalDocument: string;
  /** The SignedInfo of the signature, exclusive C14N; '' when there is none. */
  readonly canonicalSignedInfo: string;
  /** Tape index of the signature (a ds:Signature that is a child of the root), or -1. */
  readonly signature: number;
  /** Tape indexes of ds:Signature elements deeper in the document: content, not the message's signature. */
  readonly nestedSignatures: readonly number[];
}

/** Scans one document. Throws DuisError 'duis.xml.*' or 'duis.signature.repeated' / '.misplaced'. */
export function scan(bytes: Uint8Array): Scan {
  if (!isUtf8(bytes)) throw new DuisError('duis.xml.encoding', 'the bytes are not UTF-8');
  return new Scanner(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')).scan();
}

class Scanner {
  private readonly text: string;
  private readonly tape: Tape;
  private readonly bindings = new Bindings();
  /** Tape index, number of bindings before, and what was seen inside, of each open element. */
  private readonly open = new Int32Array(DEEPEST);
  private readonly bindingsBefore = new Int32Array(DEEPEST);
  private readonly hasText = new Uint8Array(DEEPEST);
  private readonly hasChild = new Uint8Array(DEEPEST);
  private depth = 0;

  private mode = DOCUMENT;
  private output = '';
  private respelled = 0;
  /** Where the run of input that is canonical as it stands began; only meaningful while something is written. */
  private runStart = 0;
  private canonicalDocument = '';
  private canonicalSignedInfo = '';
  private signature = -1;
  private signedInfo = -1;
  private readonly nestedSignatures: number[] = [];
  /** Namespaces that the exclusive form has written, and how many of them before each open element. */
  private readonly written = new Bindings();
  private readonly writtenBefore = new Int32Array(DEEPEST);

  constructor(text: string) {
    this.text = text;
    this.tape = new Tape(text);
  }

  scan(): Scan {
    const text = this.text;
    let at = this.prolog();
    this.runStart = at;
    for (;;) {
      // at stands on '<'
      const next = text.charCodeAt(at + 1);
      if (next === 0x2f) at = this.endTag(at);
      else if (next === 0x21) at = this.commentOrCdata(at);
      else if (next === 0x3f) at = this.fail('duis.xml.processing-instruction', at);
      else at = this.startTag(at);
      if (this.depth === 0) break;
      at = this.characters(at);
    }
    this.flush(at);
    this.canonicalDocument = this.output;
    this.epilog(at);
    return {
      tape: this.tape,
      canonicalDocument: this.canonicalDocument,
      canonicalSignedInfo: this.canonicalSignedInfo,
      signature: this.signature,
      nestedSignatures: this.nestedSignatures,
    };
  }

  private fail(code: DuisErrorCode, at: number, detail?: string): never {
    throw new DuisError(code, detail, at);
  }

  private malformed(at: number, detail: string): never {
    throw new DuisError('duis.xml.malformed', at >= this.text.length ? 'the message ends in the middle' : detail, at);
  }

  private skipWhiteSpace(from: number): number {
    let at = from;
    while (isWhiteSpace(this.text.charCodeAt(at))) at++;
    return at;
  }

  /** Byte order mark, XML declaration, white space; returns where the root starts. */
  private prolog(): number {
    const text = this.text;
    let at = text.startsWith('\xef\xbb\xbf') ? 3 : 0;
    if (text.startsWith('<?xml', at) && isWhiteSpace(text.charCodeAt(at + 5))) {
      declarationPattern.lastIndex = at;
      const found = declarationPattern.exec(text);
      if (found === null) this.malformed(at, 'the XML declaration is not one of XML 1.0');
      const encoding = found[1] ?? found[2];
      if (encoding !== undefined && encoding.toUpperCase() !== 'UTF-8') {
        this.fail('duis.xml.encoding', at, `the message declares the encoding ${encoding}`);
      }
      at = declarationPattern.lastIndex;
    }
    at = this.skipWhiteSpace(at);
    this.refuseMisc(at);
    if (text.charCodeAt(at) !== 0x3c) this.malformed(at, 'the message does not start with an element');
    if (nameClass[text.charCodeAt(at + 1)] !== 2) this.badName(at + 1);
    return at;
  }

  private epilog(from: number): void {
    const at = this.skipWhiteSpace(from);
    if (at === this.text.length) return;
    this.refuseMisc(at);
    this.fail('duis.xml.malformed', at, 'there is something behind the root element');
  }

  private refuseMisc(at: number): void {
    const text = this.text;
    if (text.startsWith('<!--', at)) this.fail('duis.xml.comment', at);
    if (text.startsWith('<!', at)) this.fail('duis.xml.doctype', at);
    if (text.startsWith('<?', at)) this.fail('duis.xml.processing-instruction', at);
  }

  // -------------------------------------------------------------------------------------------- canonical forms

  /** Copies the run up to `end` to the canonical form. */
  private flush(end: number): void {
    if (this.mode !== SIGNATURE) this.output += this.text.slice(this.runStart, end);
  }

  /** Writes `canonical` in place of text[from, to). */
  private replace(from: number, to: number, canonical: string): void {
    if (++this.respelled > MOST_RESPELLED) {
      this.fail('duis.xml.limit', from, `more than ${MOST_RESPELLED} places that canonical forms spell differently`);
    }
    if (this.mode === SIGNATURE) return;
    this.output += this.text.slice(this.runStart, from) + canonical;
    this.runStart = to;
  }

  private enterSignature(at: number): void {
    this.flush(at);
    this.canonicalDocument = this.output;
    this.mode = SIGNATURE;
  }

  private leaveSignature(end: number): void {
    this.output = this.canonicalDocument;
    this.mode = DOCUMENT;
    this.runStart = end;
  }

  private enterSignedInfo(at: number): void {
    this.mode = SIGNED_INFO;
    this.output = '';
    this.runStart = at;
  }

  private leaveSignedInfo(end: number): void {
    this.flush(end);
    this.canonicalSignedInfo = this.output;
    this.mode = SIGNATURE;
  }

  // -------------------------------------------------------------------------------------------- markup

  private name(from: number): number {
    const text = this.text;
    if (nameClass[text.charCodeAt(from)] !== 2) this.badName(from);
    let at = from + 1;
    while ((nameClass[text.charCodeAt(at)] ?? 0) !== 0) at++;
    if (text.charCodeAt(at) >= 0x80) this.badName(at);
    return at;
  }

  private badName(at: number): never {
    if (this.text.charCodeAt(at) >= 0x80) this.malformed(at, 'DUIS has no names beyond ASCII');
    this.malformed(at, 'a name was expected');
  }

  private startTag(at: number): number {
    const text = this.text;
    const nameStart = at + 1;
    let localStart = nameStart;
    let nameEnd = this.name(nameStart);
    if (text.charCodeAt(nameEnd) === 0x3a) {
      localStart = nameEnd + 1;
      nameEnd = this.name(localStart);
    }
    const depth = this.depth;
    if (depth === DEEPEST) this.fail('duis.xml.limit', at, `more than ${DEEPEST} elements inside each other`);
    if (depth > 0) {
      if (this.hasText[depth - 1] === 1) this.mixed(at);
      this.hasChild[depth - 1] = 1;
    }
    this.bindingsBefore[depth] = this.bindings.size;
    this.writtenBefore[depth] = this.written.size;
    this.hasText[depth] = 0;
    this.hasChild[depth] = 0;

    let close = nameEnd;
    let attributes: readonly Attribute[] = [];
    let declarations: readonly { prefix: string; uri: string }[] = [];
    const simple = text.charCodeAt(nameEnd) === 0x3e;
    if (!simple) {
      const read = this.attributes(nameEnd);
      close = read.end;
      attributes = read.attributes;
      declarations = this.bind(read.declarations);
    }
    const empty = text.charCodeAt(close) === 0x2f;
    const end = empty ? close + 2 : close + 1;
    const prefixLength = localStart === nameStart ? 0 : localStart - 1 - nameStart;
    const binding = this.bindings.find(text, nameStart, prefixLength);
    if (binding === undefined && prefixLength > 0) {
      this.fail('duis.xml.namespace', at, `the prefix ${text.slice(nameStart, localStart - 1)} is not declared`);
    }
    const index = this.tape.add(nameStart, localStart, nameEnd, binding?.number ?? 0, close, end);
    this.open[depth] = index;
    if (binding?.number === DS) this.signaturePart(index, at);

    if (this.mode !== SIGNATURE) {
      if (this.mode === SIGNED_INFO) {
        declarations = this.exclusiveDeclarations(text.slice(nameStart, nameStart + prefixLength), attributes);
      }
      if (!simple || declarations.length > 0) {
        const name = text.slice(nameStart, nameEnd);
        const written = `<${name}${canonicalDeclarations(declarations)}${canonicalAttributes(attributes, this.bindings)}>`;
        this.replace(at, end, empty ? `${written}</${name}>` : written);
      }
    } else if (attributes.length > 0) {
      canonicalAttributes(attributes, this.bindings); // for its checks
    }
    this.depth = depth + 1;
    if (empty) this.close(end, end);
    return end;
  }

  /** The signature and its SignedInfo begin their own canonical forms. */
  private signaturePart(index: number, at: number): void {
    const name = this.tape.localName(index);
    if (name === 'Signature') {
      if (this.depth !== 1) this.nestedSignatures.push(index);
      else if (this.signature >= 0) this.fail('duis.signature.repeated', at);
      else {
        this.signature = index;
        this.enterSignature(at);
      }
    } else if (name === 'SignedInfo' && this.depth === 2 && this.mode === SIGNATURE) {
      if (this.signedInfo >= 0) this.fail('duis.signature.profile', at, 'the signature has two SignedInfo');
      this.signedInfo = index;
      this.enterSignedInfo(at);
    }
  }

  private attributes(from: number): {
    end: number;
    attributes: Attribute[];
    declarations: { prefix: string; uri: string; at: number }[];
  } {
    const text = this.text;
    const attributes: Attribute[] = [];
    const declarations: { prefix: string; uri: string; at: number }[] = [];
    let at = from;
    for (;;) {
      const start = this.skipWhiteSpace(at);
      const code = text.charCodeAt(start);
      if (code === 0x3e) return { end: start, attributes, declarations };
      if (code === 0x2f && text.charCodeAt(start + 1) === 0x3e) return { end: start, attributes, declarations };
      if (start === at) this.malformed(start, 'white space was expected between attributes');
      let localStart = start;
      let nameEnd = this.name(start);
      if (text.charCodeAt(nameEnd) === 0x3a) {
        localStart = nameEnd + 1;
        nameEnd = this.name(localStart);
      }
      at = this.skipWhiteSpace(nameEnd);
      if (text.charCodeAt(at) !== 0x3d) this.malformed(at, 'an attribute has no value');
      at = this.skipWhiteSpace(at + 1);
      const quote = text.charCodeAt(at);
      if (quote !== 0x22 && quote !== 0x27) this.malformed(at, 'the value of an attribute is not in quotes');
      const valueStart = at + 1;
      at = this.valueEnd(valueStart, quote);
      if (at - valueStart > LONGEST_VALUE) {
        this.fail('duis.xml.limit', start, `the value of an attribute has more than ${LONGEST_VALUE} bytes`);
      }
      const value = attributeValue(text.slice(valueStart, at), valueStart);
      at++;
      const prefix = localStart === start ? '' : text.slice(start, localStart - 1);
      const local = text.slice(localStart, nameEnd);
      if (prefix === 'xmlns') declarations.push({ prefix: local, uri: value, at: start });
      else if (prefix === '' && local === 'xmlns') declarations.push({ prefix: '', uri: value, at: start });
      else attributes.push({ name: text.slice(start, nameEnd), prefix, local, value, at: start });
      if (attributes.length + declarations.length > MOST_ATTRIBUTES) {
        this.fail('duis.xml.limit', start, `more than ${MOST_ATTRIBUTES} attributes on one element`);
      }
    }
  }

  private valueEnd(from: number, quote: number): number {
    const text = this.text;
    for (let at = from; ; at++) {
      const code = text.charCodeAt(at);
      if (code === quote) return at;
      const kind = textClass[code];
      if (kind === undefined || kind === LESS_THAN) this.malformed(at, 'the value of an attribute does not end');
      if (kind === LEAD_EF) checkLeadEf(text, at);
      else if (kind === ILLEGAL) this.fail('duis.xml.character', at, `the character ${code} is not allowed`);
    }
  }

  /** Brings declarations into scope; returns those that the inclusive form writes (not those that change nothing). */
  private bind(read: readonly { prefix: string; uri: string; at: number }[]): { prefix: string; uri: string }[] {
    const changed: { prefix: string; uri: string; at: number }[] = [];
    for (const [index, { prefix, uri, at }] of read.entries()) {
      checkDeclaration(prefix, uri, at);
      if (read.findIndex((one) => one.prefix === prefix) !== index) {
        this.malformed(at, `the prefix ${prefix || 'xmlns'} is declared twice`);
      }
      if (prefix !== 'xml' && this.bindings.uri(prefix) !== uri) changed.push({ prefix, uri, at });
    }
    for (const { prefix, uri, at } of changed) this.bindings.push(prefix, uri, at);
    return changed;
  }

  /** What the exclusive form declares on an element: the prefixes that it uses itself and that are not yet written. */
  private exclusiveDeclarations(prefix: string, attributes: readonly Attribute[]): { prefix: string; uri: string }[] {
    const declarations: { prefix: string; uri: string }[] = [];
    const use = (used: string, uri: string): void => {
      if (this.written.uri(used) === uri) return;
      this.written.push(used, uri, 0);
      declarations.push({ prefix: used, uri });
    };
    use(prefix, this.bindings.uri(prefix));
    for (const attribute of attributes) {
      if (attribute.prefix !== '' && attribute.prefix !== 'xml') {
        use(attribute.prefix, attributeUri(attribute, this.bindings));
      }
    }
    return declarations;
  }

  private endTag(at: number): number {
    const text = this.text;
    const index = this.open[this.depth - 1] ?? 0;
    const start = this.tape.nameStart(index);
    const length = this.tape.nameEnd(index) - start;
    for (let offset = 0; offset < length; offset++) {
      if (text.charCodeAt(at + 2 + offset) !== text.charCodeAt(start + offset)) this.mismatch(at, start, length);
    }
    const nameEnd = at + 2 + length;
    const close = this.skipWhiteSpace(nameEnd);
    if (text.charCodeAt(close) !== 0x3e) this.mismatch(at, start, length);
    if (close !== nameEnd) this.replace(at, close + 1, `</${text.slice(start, start + length)}>`);
    this.close(at, close + 1);
    return close + 1;
  }

  private mismatch(at: number, start: number, length: number): never {
    this.malformed(at, `the end tag of ${this.text.slice(start, start + length)} was expected`);
  }

  /** The innermost element ends: its content at `contentEnd`, the tag at `end`. */
  private close(contentEnd: number, end: number): void {
    this.depth--;
    const index = this.open[this.depth] ?? 0;
    this.tape.close(index, contentEnd);
    this.bindings.shrink(this.bindingsBefore[this.depth] ?? 0);
    this.written.shrink(this.writtenBefore[this.depth] ?? 0);
    if (index === this.signedInfo) this.leaveSignedInfo(end);
    else if (index === this.signature) this.leaveSignature(end);
  }

  private commentOrCdata(at: number): number {
    const text = this.text;
    if (text.startsWith('<![CDATA[', at)) return this.cdata(at);
    if (!text.startsWith('<!--', at)) {
      if (text.startsWith('<!DOCTYPE', at)) this.fail('duis.xml.doctype', at);
      this.malformed(at, 'markup that XML does not know');
    }
    // Canonical forms drop comments: inside a value one would change what is read and not what is signed.
    // Between the elements of the signature nothing is read, and real templates have them there.
    if (this.depth !== 2 || this.open[1] !== this.signature) this.fail('duis.xml.comment', at);
    const end = text.indexOf('--', at + 4);
    if (end < 0) this.malformed(text.length, 'a comment does not end');
    if (text.charCodeAt(end + 2) !== 0x3e) this.malformed(end, 'a comment holds two hyphens');
    this.checkCharacters(at + 4, end);
    return end + 3;
  }

  private cdata(at: number): number {
    const end = this.text.indexOf(']]>', at + 9);
    if (end < 0) this.malformed(this.text.length, 'a CDATA section does not end');
    this.checkCharacters(at + 9, end);
    this.sawText(at);
    this.tape.markSpelled(this.open[this.depth - 1] ?? 0);
    this.replace(at, end + 3, canonicalCdata(this.text.slice(at + 9, end)));
    return end + 3;
  }

  private checkCharacters(from: number, to: number): void {
    for (let at = from; at < to; at++) {
      const code = this.text.charCodeAt(at);
      const kind = textClass[code];
      if (kind === LEAD_EF) checkLeadEf(this.text, at);
      else if (code < 0x20 && kind !== WHITE_SPACE && kind !== CARRIAGE_RETURN) {
        this.fail('duis.xml.character', at, `the character ${code} is not allowed`);
      }
    }
  }

  /** Character data up to the next '<', on which the returned index stands. */
  private characters(from: number): number {
    const text = this.text;
    let at = from;
    let seen = false;
    for (;;) {
      const code = text.charCodeAt(at);
      const kind = textClass[code];
      if (kind === PLAIN) {
        seen = true;
        at++;
      } else if (kind === LESS_THAN) {
        break;
      } else if (kind === WHITE_SPACE) {
        at++;
      } else if (kind === CARRIAGE_RETURN) {
        this.tape.markSpelled(this.open[this.depth - 1] ?? 0);
        // CR LF loses its CR; a CR alone becomes LF
        this.replace(at, at + 1, text.charCodeAt(at + 1) === 0x0a ? '' : '\n');
        at++;
      } else if (kind === AMPERSAND) {
        seen = true;
        this.tape.markSpelled(this.open[this.depth - 1] ?? 0);
        const reference = readReference(text, at);
        this.replace(at, reference.end, canonicalTextCharacter(reference.codePoint));
        at = reference.end;
      } else if (kind === GREATER_THAN) {
        if (text.charCodeAt(at - 1) === 0x5d && text.charCodeAt(at - 2) === 0x5d && at - 2 >= from) {
          this.malformed(at, ']]> stands in text');
        }
        seen = true;
        this.replace(at, at + 1, '&gt;');
        at++;
      } else if (kind === LEAD_EF) {
        checkLeadEf(text, at);
        seen = true;
        at++;
      } else {
        this.malformedCharacter(at, code);
      }
    }
    if (seen) this.sawText(from);
    return at;
  }

  private malformedCharacter(at: number, code: number): never {
    if (at >= this.text.length) this.malformed(at, '');
    this.fail('duis.xml.character', at, `the character ${code} is not allowed`);
  }

  private sawText(at: number): void {
    const parent = this.depth - 1;
    if (this.hasChild[parent] === 1) this.mixed(at);
    this.hasText[parent] = 1;
  }

  private mixed(at: number): never {
    this.fail('duis.profile.structure', at, 'text stands beside elements; DUIS has either');
  }
}
