/**
 * The elements of a scanned document, in document order, as numbers: no object an element.
 * Indexes into the text are byte offsets. Built by the scanner, read through ElementRef.
 */
import { DuisError } from '../errors.ts';
import { foldLineEnds } from './canonical.ts';
import { fromLatin1, readReference, utf8Latin1 } from './characters.ts';
import { noContent, type TagContent } from './start-tag.ts';

const NAME_START = 0;
const LOCAL_START = 1;
const NAME_END = 2;
const NAMESPACE = 3;
const CONTENT_START = 4;
const CONTENT_END = 5;
/** The index of the first element behind this one and all inside it. */
const NEXT = 6;
/** 1: the text is spelled with references, CDATA or carriage returns, and must be decoded. */
const SPELLED = 7;
const FIELDS = 8;

/** 50,000 device identifiers in one list, and five times that. */
const MOST_ELEMENTS = 250_000;

export class Tape {
  readonly text: string;
  private fields = new Int32Array(FIELDS * 64);
  /** Of the elements that have attributes. */
  private readonly tags = new Map<number, TagContent>();
  length = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** Lays down an element whose start tag was read; `close` follows. Returns its index. */
  add(
    nameStart: number,
    localStart: number,
    nameEnd: number,
    namespace: number,
    contentStart: number,
    tag: TagContent,
  ): number {
    const index = this.length++;
    if (index === MOST_ELEMENTS)
      throw new DuisError('duis.xml.limit', `more than ${MOST_ELEMENTS} elements`, nameStart);
    const at = index * FIELDS;
    if (at === this.fields.length) {
      const larger = new Int32Array(this.fields.length * 2);
      larger.set(this.fields);
      this.fields = larger;
    }
    const fields = this.fields;
    fields[at + NAME_START] = nameStart;
    fields[at + LOCAL_START] = localStart;
    fields[at + NAME_END] = nameEnd;
    fields[at + NAMESPACE] = namespace;
    fields[at + CONTENT_START] = contentStart;
    if (tag.attributes.length > 0) this.tags.set(index, tag);
    return index;
  }

  close(index: number, contentEnd: number): void {
    this.fields[index * FIELDS + CONTENT_END] = contentEnd;
    this.fields[index * FIELDS + NEXT] = this.length;
  }

  markSpelled(index: number): void {
    this.fields[index * FIELDS + SPELLED] = 1;
  }

  private get(index: number, field: number): number {
    return this.fields[index * FIELDS + field] ?? 0;
  }

  namespace(index: number): number {
    return this.get(index, NAMESPACE);
  }

  /** Where the qualified name starts: behind the '<' of the tag. */
  nameStart(index: number): number {
    return this.get(index, NAME_START);
  }

  nameEnd(index: number): number {
    return this.get(index, NAME_END);
  }

  next(index: number): number {
    return this.get(index, NEXT);
  }

  /** Where the element's start tag begins, in bytes. */
  offset(index: number): number {
    return this.nameStart(index) - 1;
  }

  localName(index: number): string {
    return this.text.slice(this.get(index, LOCAL_START), this.get(index, NAME_END));
  }

  /** Whether the local name is this, without cutting it out. */
  isNamed(index: number, name: string): boolean {
    const start = this.get(index, LOCAL_START);
    return this.get(index, NAME_END) - start === name.length && this.text.startsWith(name, start);
  }

  isLeaf(index: number): boolean {
    return this.get(index, NEXT) === index + 1;
  }

  /** The text of a leaf, decoded; '' for an element that holds elements. */
  content(index: number): string {
    if (!this.isLeaf(index)) return '';
    const spelling = this.text.slice(this.get(index, CONTENT_START), this.get(index, CONTENT_END));
    return fromLatin1(this.isSpelledPlainly(index) ? spelling : decode(spelling));
  }

  /** Whether the element's text is free of references, CDATA and carriage returns. */
  isSpelledPlainly(index: number): boolean {
    return this.get(index, SPELLED) === 0;
  }

  /** The attributes as [qualified name, value]; namespace declarations are none. */
  attributes(index: number): [string, string][] {
    const { attributes } = this.tags.get(index) ?? noContent;
    return attributes.map(({ name, value }) => [name, fromLatin1(value)]);
  }
}

const special = /[&<]/g;

/** Character data as XML reads it: CDATA sections opened, references resolved, line ends folded. */
function decode(spelling: string): string {
  let decoded = '';
  let at = 0;
  while (at < spelling.length) {
    if (spelling.startsWith('<![CDATA[', at)) {
      const end = spelling.indexOf(']]>', at);
      decoded += foldLineEnds(spelling.slice(at + 9, end));
      at = end + 3;
    } else if (spelling[at] === '&') {
      const reference = readReference(spelling, at);
      decoded += utf8Latin1(reference.codePoint);
      at = reference.end;
    } else {
      // one search for both: two would each run to the end again and again where one of them never comes
      special.lastIndex = at;
      const stop = special.exec(spelling)?.index ?? spelling.length;
      decoded += foldLineEnds(spelling.slice(at, stop));
      at = stop;
    }
  }
  return decoded;
}
