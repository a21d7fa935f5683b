/**
 * ElementRef: a light cursor on the tape of a scanned message. Only signed content is reachable through it: the
 * reader hands out the one element of the body, never the root or the signature.
 */
import type { Element, ElementNamespace } from './message.ts';
import type { Tape } from './xml/tape.ts';

const namespaceNames: readonly ElementNamespace[] = ['other', 'sr', 'ra', 'ds'];

export class ElementRef implements Element {
  private readonly tape: Tape;
  private readonly index: number;

  constructor(tape: Tape, index: number) {
    this.tape = tape;
    this.index = index;
  }

  get name(): string {
    return this.tape.localName(this.index);
  }

  get namespace(): ElementNamespace {
    return namespaceNames[this.tape.namespace(this.index)] ?? 'other';
  }

  /** Where the element starts, in bytes from the start of the message. */
  get offset(): number {
    return this.tape.offset(this.index);
  }

  text(): string {
    return this.tape.content(this.index);
  }

  *children(): Generator<ElementRef> {
    const end = this.tape.next(this.index);
    for (let index = this.index + 1; index < end; index = this.tape.next(index)) yield new ElementRef(this.tape, index);
  }

  child(name: string): ElementRef | undefined {
    const end = this.tape.next(this.index);
    for (let index = this.index + 1; index < end; index = this.tape.next(index)) {
      if (this.tape.isNamed(index, name)) return new ElementRef(this.tape, index);
    }
    return undefined;
  }

  *descendants(name?: string): Generator<ElementRef> {
    const end = this.tape.next(this.index);
    for (let index = this.index + 1; index < end; index++) {
      if (name === undefined || this.tape.isNamed(index, name)) yield new ElementRef(this.tape, index);
    }
  }

  /** The value of the attribute of that qualified name. Namespace declarations are none: canonical forms drop some. */
  attribute(name: string): string | undefined {
    return this.tape.attributes(this.index).find(([own]) => own === name)?.[1];
  }
}
