/**
 * The two canonical forms of a message while it is scanned: the document without its signature, and the SignedInfo.
 *
 * Text is copied in runs: as long as the input is canonical already, nothing is written at all. States: document ->
 * signature (nothing is written) -> signed info -> signature -> document.
 */
import { DuisError } from '../errors.ts';
import { attributeUri, Bindings } from './namespaces.ts';
import type { Attribute } from './start-tag.ts';

const DOCUMENT = 0;
const SIGNATURE = 1;
const SIGNED_INFO = 2;

/**
 * Places where the canonical spelling is another one. Each costs some 60 bytes and 0.2 us before any signature is looked
 * at: 13.7 MB of '>' took 785 MB and 2.4 s without this limit. Firmware of that size with a CR LF each 76 characters has
 * 180,000.
 */
const MOST_RESPELLED = 250_000;

export interface Prefixed {
  readonly prefix: string;
  readonly uri: string;
}

export class CanonicalOutput {
  private readonly text: string;
  private mode = DOCUMENT;
  private output = '';
  private respelled = 0;
  /** Where the run of input that is canonical as it stands began; only meaningful while something is written. */
  private runStart = 0;
  document = '';
  signedInfo = '';
  /** Namespaces that the exclusive form has written. */
  readonly written = new Bindings();

  constructor(text: string) {
    this.text = text;
  }

  /** Whether anything is written here. */
  get isWriting(): boolean {
    return this.mode !== SIGNATURE;
  }

  get isInSignedInfo(): boolean {
    return this.mode === SIGNED_INFO;
  }

  begin(at: number): void {
    this.runStart = at;
  }

  /** The document ends at `end`. */
  end(end: number): void {
    this.flush(end);
    this.document = this.output;
  }

  private flush(end: number): void {
    if (this.mode !== SIGNATURE) this.output += this.text.slice(this.runStart, end);
  }

  /** Writes `canonical` in place of text[from, to). */
  replace(from: number, to: number, canonical: string): void {
    if (++this.respelled > MOST_RESPELLED) {
      const detail = `more than ${MOST_RESPELLED} places that canonical forms spell differently`;
      throw new DuisError('duis.xml.limit', detail, from);
    }
    if (this.mode === SIGNATURE) return;
    this.output += this.text.slice(this.runStart, from) + canonical;
    this.runStart = to;
  }

  enterSignature(at: number): void {
    this.end(at);
    this.mode = SIGNATURE;
  }

  leaveSignature(end: number): void {
    this.output = this.document;
    this.mode = DOCUMENT;
    this.runStart = end;
  }

  enterSignedInfo(at: number): void {
    this.mode = SIGNED_INFO;
    this.output = '';
    this.runStart = at;
  }

  leaveSignedInfo(end: number): void {
    this.flush(end);
    this.signedInfo = this.output;
    this.mode = SIGNATURE;
  }

  /** What the exclusive form declares on an element: the prefixes that it uses itself and that are not yet written. */
  exclusiveDeclarations(prefix: string, attributes: readonly Attribute[], bindings: Bindings, at: number): Prefixed[] {
    const declarations: Prefixed[] = [];
    const use = (used: string, uri: string): void => {
      if (this.written.uri(used) === uri) return;
      this.written.push(used, uri, at);
      declarations.push({ prefix: used, uri });
    };
    use(prefix, bindings.uri(prefix));
    for (const attribute of attributes) {
      if (attribute.prefix !== '' && attribute.prefix !== 'xml') {
        use(attribute.prefix, attributeUri(attribute, bindings, at));
      }
    }
    return declarations;
  }
}
