/**
 * For tests only: every element of a request's body that the official schema says to be a number, by its path. Derived
 * from the schema's files, so that what is said of numbers in bodies can be compared with all there are.
 */
import type { XmlElement } from 'libxml2-wasm';
import { officialFile, withDocument } from './official-files.ts';

export interface SchemaNumber {
  /** The local names from the body's element down, joined by '.'. */
  readonly path: string;
  /** The built-in type that it comes down to, without its prefix, e.g. 'unsignedInt'. */
  readonly type: string;
  /** Its restrictions, e.g. 'maxInclusive 4', from the innermost type outwards. */
  readonly facets: readonly string[];
}

const XS = { xs: 'http://www.w3.org/2001/XMLSchema' };
const numeric =
  /^xs:(?:decimal|float|double|(?:nonNegative|nonPositive|positive|negative)?[iI]nteger|(?:unsigned)?(?:[lL]ong|[iI]nt|[sS]hort|[bB]yte))$/;

const attribute = (element: XmlElement, name: string): string | undefined => element.attr(name)?.value;
const find = (element: XmlElement, path: string): XmlElement[] => element.find(path, XS) as XmlElement[];

class Walk {
  readonly found: SchemaNumber[] = [];
  private readonly types: ReadonlyMap<string, XmlElement>;

  constructor(types: ReadonlyMap<string, XmlElement>) {
    this.types = types;
  }

  element(element: XmlElement, above: string): void {
    const name = attribute(element, 'name');
    if (name === undefined) throw new Error(`below ${above} an element is referred to, not declared`);
    const path = above === '' ? name : `${above}.${name}`;
    const type = attribute(element, 'type');
    if (type !== undefined) this.named(type, path, []);
    else for (const inner of find(element, 'xs:simpleType | xs:complexType')) this.type(inner, path, []);
  }

  private named(name: string, path: string, facets: readonly string[]): void {
    if (numeric.test(name)) this.found.push({ path, type: name.slice(3), facets });
    if (name.startsWith('xs:') || name.startsWith('ds:')) return;
    const type = this.types.get(name);
    if (type === undefined) throw new Error(`${path} is of the type ${name}, which the schema does not have`);
    this.type(type, path, facets);
  }

  private type(type: XmlElement, path: string, facets: readonly string[]): void {
    if (find(type, 'xs:union | xs:list').length > 0) return;
    for (const derived of find(type, '*/xs:restriction | */xs:extension | xs:restriction')) {
      const own = find(derived, 'xs:*[@value]').map((facet) => `${facet.name} ${attribute(facet, 'value')}`);
      this.named(attribute(derived, 'base') ?? '', path, [...facets, ...own]);
      this.held(derived, path);
    }
    this.held(type, path);
  }

  private held(holder: XmlElement, path: string): void {
    for (const part of find(holder, 'xs:sequence | xs:choice | xs:all')) this.held(part, path);
    for (const element of find(holder, 'xs:element')) this.element(element, path);
  }
}

const BODIES =
  '/xs:schema/xs:complexType[@name="Request"]/xs:sequence/xs:element[@name="Body"]/xs:complexType/xs:choice/xs:element';

/** All of them, in the order of the schema. */
export function numbersOfSchema(): SchemaNumber[] {
  return withDocument(officialFile('xsd/mmc-5.4.xsd'), (answers) =>
    withDocument(officialFile('xsd/duis-5.4.xsd'), (requests) => {
      const types = new Map<string, XmlElement>();
      for (const [prefix, document] of [
        ['ra', answers],
        ['sr', requests],
      ] as const) {
        for (const type of document.find('/xs:schema/*[self::xs:complexType or self::xs:simpleType]', XS)) {
          types.set(`${prefix}:${attribute(type as XmlElement, 'name')}`, type as XmlElement);
        }
      }
      const walk = new Walk(types);
      for (const body of requests.find(BODIES, XS)) walk.element(body as XmlElement, '');
      return walk.found;
    }),
  );
}
