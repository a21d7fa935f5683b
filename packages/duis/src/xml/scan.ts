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
import { canonicalCdata, canonicalTextCharacter } from './canonical.ts';
import { CanonicalOutput } from './canonical-output.ts';
import {
  AMPERSAND,
  CARRIAGE_RETURN,
  checkLeadEf,
  GREATER_THAN,
  isWhiteSpace,
  LEAD_EF,
  LESS_THAN,
  nameClass,
  PLAIN,
  readReference,
  textClass,
  WHITE_SPACE,
} from './characters.ts';
import { Bindings, canonicalAttributes, canonicalDeclarations, checkDeclaration, DS } from './namespaces.ts';
import { badName, type Declaration, nameEnd, noContent, readTagContent, skipWhiteSpace } from './start-tag.ts';
import { Tape } from './tape.ts';

const DEEPEST = 48;
const declarationPattern =
  /<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"1\.0"|'1\.0')(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"([A-Za-z][A-Za-z0-9._-]*)"|'([A-Za-z][A-Za-z0-9._-]*)'))?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>/y;

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

  private signature = -1;
  private signedInfo = -1;
  private readonly nestedSignatures: number[] = [];
  private readonly canonical: CanonicalOutput;
  /** How many namespaces the exclusive form had written before each open element. */
  private readonly writtenBefore = new Int32Array(DEEPEST);

  constructor(text: string) {
    this.text = text;
    this.tape = new Tape(text);
    this.canonical = new CanonicalOutput(text);
  }

  scan(): Scan {
    const text = this.text;
    let at = this.prolog();
    this.canonical.begin(at);
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
    this.canonical.end(at);
    this.epilog(at);
    return {
      tape: this.tape,
      canonicalDocument: this.canonical.document,
      canonicalSignedInfo: this.canonical.signedInfo,
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
    at = skipWhiteSpace(this.text, at);
    this.refuseMisc(at);
    if (text.charCodeAt(at) !== 0x3c) this.malformed(at, 'the message does not start with an element');
    if (nameClass[text.charCodeAt(at + 1)] !== 2) badName(text, at + 1);
    return at;
  }

  private epilog(from: number): void {
    const at = skipWhiteSpace(this.text, from);
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

  private startTag(at: number): number {
    const text = this.text;
    const nameStart = at + 1;
    let localStart = nameStart;
    let end = nameEnd(text, nameStart);
    if (text.charCodeAt(end) === 0x3a) {
      localStart = end + 1;
      end = nameEnd(text, localStart);
    }
    const depth = this.depth;
    if (depth === DEEPEST) this.fail('duis.xml.limit', at, `more than ${DEEPEST} elements inside each other`);
    if (depth > 0) {
      if (this.hasText[depth - 1] === 1) this.mixed(at);
      this.hasChild[depth - 1] = 1;
    }
    this.bindingsBefore[depth] = this.bindings.size;
    this.writtenBefore[depth] = this.canonical.written.size;
    this.hasText[depth] = 0;
    this.hasChild[depth] = 0;

    const isSimple = text.charCodeAt(end) === 0x3e;
    const tag = isSimple ? noContent : readTagContent(text, end);
    const close = end + tag.length;
    const isEmpty = text.charCodeAt(close) === 0x2f;
    const behind = isEmpty ? close + 2 : close + 1;
    const changed = this.bind(tag.declarations, end);
    const prefixLength = localStart === nameStart ? 0 : localStart - 1 - nameStart;
    const binding = this.bindings.find(text, nameStart, prefixLength);
    if (binding === undefined && prefixLength > 0) {
      this.fail('duis.xml.namespace', at, `the prefix ${text.slice(nameStart, localStart - 1)} is not declared`);
    }
    const index = this.tape.add(nameStart, localStart, end, binding?.number ?? 0, behind, tag);
    this.open[depth] = index;
    if (binding?.number === DS) this.signaturePart(index, at);

    const { canonical, bindings } = this;
    if (canonical.isWriting) {
      const declarations = canonical.isInSignedInfo
        ? canonical.exclusiveDeclarations(
            text.slice(nameStart, nameStart + prefixLength),
            tag.attributes,
            bindings,
            end,
          )
        : changed;
      if (!isSimple || declarations.length > 0) {
        const name = text.slice(nameStart, end);
        const attributes = canonicalAttributes(tag.attributes, bindings, end);
        const written = `<${name}${canonicalDeclarations(declarations)}${attributes}>`;
        canonical.replace(at, behind, isEmpty ? `${written}</${name}>` : written);
      }
    } else {
      canonicalAttributes(tag.attributes, bindings, end); // for its checks
    }
    this.depth = depth + 1;
    if (isEmpty) this.close(behind, behind);
    return behind;
  }

  /** The signature and its SignedInfo begin their own canonical forms. */
  private signaturePart(index: number, at: number): void {
    const name = this.tape.localName(index);
    if (name === 'Signature') {
      if (this.depth !== 1) this.nestedSignatures.push(index);
      else if (this.signature >= 0) this.fail('duis.signature.repeated', at);
      else {
        this.signature = index;
        this.canonical.enterSignature(at);
      }
    } else if (name === 'SignedInfo' && this.depth === 2 && !this.canonical.isWriting) {
      if (this.signedInfo >= 0) this.fail('duis.signature.profile', at, 'the signature has two SignedInfo');
      this.signedInfo = index;
      this.canonical.enterSignedInfo(at);
    }
  }

  /** Brings declarations into scope; returns those that the inclusive form writes (not those that change nothing). */
  private bind(declarations: readonly Declaration[], start: number): readonly Declaration[] {
    if (declarations.length === 0) return declarations;
    const changed: Declaration[] = [];
    for (const [index, declaration] of declarations.entries()) {
      const { prefix, uri, offset } = declaration;
      checkDeclaration(prefix, uri, start + offset);
      if (declarations.findIndex((one) => one.prefix === prefix) !== index) {
        this.malformed(start + offset, `the prefix ${prefix || 'xmlns'} is declared twice`);
      }
      if (prefix !== 'xml' && this.bindings.uri(prefix) !== uri) changed.push(declaration);
    }
    for (const { prefix, uri, offset } of changed) this.bindings.push(prefix, uri, start + offset);
    return changed;
  }

  private endTag(at: number): number {
    const text = this.text;
    const index = this.open[this.depth - 1] ?? 0;
    const start = this.tape.nameStart(index);
    const length = this.tape.nameEnd(index) - start;
    for (let offset = 0; offset < length; offset++) {
      if (text.charCodeAt(at + 2 + offset) !== text.charCodeAt(start + offset)) this.mismatch(at, start, length);
    }
    const end = at + 2 + length;
    const close = skipWhiteSpace(text, end);
    if (text.charCodeAt(close) !== 0x3e) this.mismatch(at, start, length);
    if (close !== end) this.canonical.replace(at, close + 1, `</${text.slice(start, start + length)}>`);
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
    this.canonical.written.shrink(this.writtenBefore[this.depth] ?? 0);
    if (index === this.signedInfo) this.canonical.leaveSignedInfo(end);
    else if (index === this.signature) this.canonical.leaveSignature(end);
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
    this.canonical.replace(at, end + 3, canonicalCdata(this.text.slice(at + 9, end)));
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
        this.canonical.replace(at, at + 1, text.charCodeAt(at + 1) === 0x0a ? '' : '\n');
        at++;
      } else if (kind === AMPERSAND) {
        seen = true;
        this.tape.markSpelled(this.open[this.depth - 1] ?? 0);
        const reference = readReference(text, at);
        this.canonical.replace(at, reference.end, canonicalTextCharacter(reference.codePoint));
        at = reference.end;
      } else if (kind === GREATER_THAN) {
        if (text.charCodeAt(at - 1) === 0x5d && text.charCodeAt(at - 2) === 0x5d && at - 2 >= from) {
          this.malformed(at, ']]> stands in text');
        }
        seen = true;
        this.canonical.replace(at, at + 1, '&gt;');
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
