/**
 * For tests only: documents that XML and our profile allow, as strange as they can be: namespaces declared, declared
 * again and undeclared; attributes in any order and quotes; references, CDATA, every line end; a signature anywhere
 * among the root's children.
 *
 * The arbitrary is a tree of choices; `render` makes text of it and resolves each choice by what is in scope, so every
 * tree is well-formed and shrinks well.
 */
import fc from 'fast-check';

export const DS_URI = 'http://www.w3.org/2000/09/xmldsig#';
const XML_URI = 'http://www.w3.org/XML/1998/namespace';

type Piece =
  | { readonly kind: 'raw'; readonly text: string }
  | { readonly kind: 'cdata'; readonly text: string }
  | { readonly kind: 'reference'; readonly codePoint: number; readonly style: number };

interface AttributeChoice {
  readonly prefix: number;
  readonly local: string;
  readonly value: readonly Piece[];
  readonly quote: string;
}

interface ElementChoice {
  readonly prefix: number;
  readonly local: string;
  readonly declarations: readonly { readonly prefix: string; readonly uri: string; readonly quote: string }[];
  readonly attributes: readonly AttributeChoice[];
  /** Turns the list of attributes and declarations, so that declarations come after their use too. */
  readonly turn: number;
  /** White space: between attributes, around '=', before '>', between children. */
  readonly gaps: readonly [string, string, string, string];
  readonly short: boolean;
  readonly text: readonly Piece[];
  readonly children: readonly ElementChoice[];
}

interface DocumentChoice {
  readonly root: ElementChoice;
  readonly signature: { readonly at: number; readonly signedInfo: ElementChoice; readonly comment: string } | null;
  readonly head: string;
  readonly tail: string;
}

// biome-ignore format: one line a kind of character
const characters = [
  'a', 'Z', '0', ' ', '=', '/', '-',
  '\t', '\n', '\r', '\r\n', '\n\r',
  '"', "'", '&', '<', '>', ']', ']]', ']]>', '&amp;', '<!--',
  'é', '€', '𝄞', '\u{10ffff}', '\ufffd', '\ufeff', '\u0085', '\u00a0', '\u2028', '\u007f', '\ufdd0', '\ud7ff', '\ue000', '\uffef',
];
const text = fc.array(fc.constantFrom(...characters), { maxLength: 6 }).map((parts) => parts.join(''));
const codePoint = fc.constantFrom(
  ...[0x09, 0x0a, 0x0d, 0x20, 0x22, 0x26, 0x27, 0x3c, 0x3e, 0x41, 0x5d, 0x85, 0xa0, 0xe9, 0x20ac, 0x2028],
  ...[0xd7ff, 0xe000, 0xfeff, 0xfffd, 0x10000, 0x1d11e, 0x10ffff],
);
const reference = fc.record({ kind: fc.constant('reference' as const), codePoint, style: fc.nat(4) });
const raw = fc.record({ kind: fc.constant('raw' as const), text });
const cdata = fc.record({ kind: fc.constant('cdata' as const), text: text.map((one) => one.replace(/\]+>/g, '>')) });
const textPieces: fc.Arbitrary<Piece[]> = fc.array(fc.oneof(raw, raw, reference, cdata), { maxLength: 4 });
const valuePieces: fc.Arbitrary<Piece[]> = fc.array(fc.oneof(raw, reference), { maxLength: 3 });
const gap = fc.constantFrom(' ', ' ', '\n', '\t', '\r\n', '\r', '  ');
const optionalGap = fc.constantFrom('', '', '', ' ', '\n', '\r\n', '\t', '\r');
const quote = fc.constantFrom('"', '"', "'");
const local = fc.constantFrom('a', 'b', 'B', 'Body', 'Signature', '_x', 'x.y-1', 'aa');
const uri = fc.constantFrom(
  'http://www.dccinterface.co.uk/ServiceUserGateway',
  DS_URI,
  'urn:x',
  'urn:y',
  "http://example.org/it's?a=1;b=%20#c",
);
const declaration = fc.oneof(
  fc.record({ prefix: fc.constantFrom('', 'a', 'b', 'sr', 'ds', 'B', '_'), uri, quote }),
  fc.record({ prefix: fc.constant(''), uri: fc.constant(''), quote }),
  fc.record({ prefix: fc.constant('xml'), uri: fc.constant(XML_URI), quote }),
);
const attribute = fc.record({ prefix: fc.nat(9), local, value: valuePieces, quote });

function elements(depth: number): fc.Arbitrary<ElementChoice> {
  return fc.record({
    prefix: fc.nat(9),
    local,
    declarations: fc.array(declaration, { maxLength: 3 }),
    attributes: fc.array(attribute, { maxLength: 4 }),
    turn: fc.nat(6),
    gaps: fc.tuple(gap, optionalGap, optionalGap, optionalGap),
    short: fc.boolean(),
    text: textPieces,
    children: depth === 0 ? fc.constant([]) : fc.array(elements(depth - 1), { maxLength: 3 }),
  });
}

const head = fc.constantFrom(
  '',
  '\ufeff',
  '<?xml version="1.0"?>',
  "<?xml version='1.0' encoding='utf-8' ?>\r\n",
  '\ufeff<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n',
  '<?xml\tversion = "1.0"\nstandalone=\'no\'?> ',
  '\r\n \t',
);
const signature = fc.record({
  at: fc.nat(3),
  signedInfo: elements(2),
  comment: fc.constantFrom('', '<!---->', '<!-- é & < > ]]> -->\r\n'),
});

/** Documents of one root, as UTF-8. */
export const documents: fc.Arbitrary<Buffer> = fc
  .record<DocumentChoice>({
    root: elements(3),
    signature: fc.option(signature),
    head,
    tail: fc.constantFrom('', '\n', '\r\n \t'),
  })
  .map((choice) => Buffer.from(choice.head + renderRoot(choice) + choice.tail));

type Scope = ReadonlyMap<string, string>;

function renderRoot(choice: DocumentChoice): string {
  const { root, signature } = choice;
  return render(root, new Map(), 0, (scope, index) => {
    if (signature === null || index !== Math.min(signature.at, root.children.length)) return '';
    const inside: Scope = new Map([...scope, ['ds', DS_URI]]);
    const own = scope.get('ds') === DS_URI ? '' : ` xmlns:ds='${DS_URI}'`;
    const info = render({ ...signature.signedInfo, local: 'SignedInfo', declarations: [] }, inside, 2, () => '', 'ds');
    return `<ds:Signature${own}>${signature.comment}${info} <ds:b> &amp;\r</ds:b></ds:Signature>`;
  });
}

function render(
  choice: ElementChoice,
  outer: Scope,
  depth: number,
  before: (scope: Scope, index: number) => string,
  forcedPrefix?: string,
): string {
  const scope = new Map(outer);
  const declared = new Map<string, string>();
  for (const one of choice.declarations) {
    if (declared.has(one.prefix)) continue;
    declared.set(
      one.prefix,
      `xmlns${one.prefix && ':'}${one.prefix}${spellValue([{ kind: 'raw', text: one.uri }], one, choice.gaps[1])}`,
    );
    if (one.prefix !== 'xml') scope.set(one.prefix, one.uri);
  }
  const prefixes = ['', ...[...scope.keys()].filter((prefix) => prefix !== '')];
  const prefix = forcedPrefix ?? prefixes[choice.prefix % prefixes.length] ?? '';
  const name = prefix + (prefix && ':') + nameAt(choice.local, depth);
  const attributes = renderAttributes(choice, scope, ['xml', ...prefixes]);
  const all = [...declared.values(), ...attributes];
  const turned = [...all.slice(choice.turn % (all.length + 1)), ...all.slice(0, choice.turn % (all.length + 1))];
  const [between, , end, space] = choice.gaps;
  const start = `<${name}${turned.map((one) => between + one).join('')}${end}`;
  const children = choice.children.map(
    (child, index) => before(scope, index) + space + render(child, scope, depth + 1, () => ''),
  );
  const last = before(scope, choice.children.length);
  const content = children.length > 0 || last !== '' ? children.join('') + space + last : spellText(choice.text);
  return content === '' && choice.short ? `${start}/>` : `${start}>${content}</${name}${end}>`;
}

/** The root's children are no second signature, and no SignedInfo stands where one is looked for. */
function nameAt(local: string, depth: number): string {
  return local === 'Signature' && depth === 1 ? 'Signatory' : local;
}

function renderAttributes(choice: ElementChoice, scope: Scope, prefixes: readonly string[]): string[] {
  const seen = new Set<string>();
  return choice.attributes.flatMap((one) => {
    const prefix = prefixes[one.prefix % prefixes.length] ?? '';
    const own = prefix === 'xml' ? 'lang' : one.local;
    const expanded = `${prefix === 'xml' ? XML_URI : prefix === '' ? '' : scope.get(prefix)} ${own}`;
    if (seen.has(expanded)) return [];
    seen.add(expanded);
    return [prefix + (prefix && ':') + own + spellValue(one.value, one, choice.gaps[1])];
  });
}

function spellValue(pieces: readonly Piece[], { quote }: { readonly quote: string }, around: string): string {
  const value = pieces.map((piece) => {
    if (piece.kind === 'reference') return spellReference(piece.codePoint, piece.style);
    const escaped = piece.text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
    return escaped.replaceAll(quote, quote === '"' ? '&quot;' : '&#39;');
  });
  return `${around}=${around}${quote}${value.join('')}${quote}`;
}

function spellText(pieces: readonly Piece[]): string {
  let spelled = '';
  for (const piece of pieces) {
    if (piece.kind === 'reference') spelled += spellReference(piece.codePoint, piece.style);
    else if (piece.kind === 'cdata') spelled += `<![CDATA[${piece.text}]]>`;
    else {
      for (const one of piece.text) {
        // ']]>' may not stand in text; behind a CDATA section the brackets are the section's own
        if (one === '>' && /\]\]$/.test(spelled)) spelled += '&gt;';
        else spelled += one === '&' ? '&amp;' : one === '<' ? '&lt;' : one;
      }
    }
  }
  return spelled;
}

const names = new Map([
  [0x26, 'amp'],
  [0x3c, 'lt'],
  [0x3e, 'gt'],
  [0x22, 'quot'],
  [0x27, 'apos'],
]);

function spellReference(codePoint: number, style: number): string {
  const named = names.get(codePoint);
  if (named !== undefined && style === 0) return `&${named};`;
  if (style < 2) return `&#${codePoint};`;
  if (style === 2) return `&#00${codePoint};`;
  const hex = codePoint.toString(16);
  return `&#x${style === 3 ? hex : `0${hex.toUpperCase()}`};`;
}
