import { beforeEach, describe, expect, it } from 'vitest';
import {
  findInSchema,
  hasOfficialFiles,
  needsOfficialFiles,
  officialTable,
  requestTemplates,
  withDocument,
} from '../testing/official-files.ts';
import { catalogue, SIGNED_PRE_COMMAND, userRoles } from './catalogue.ts';
import { serviceFor } from './services.ts';

const variants = [...catalogue.values()];
const sr = { sr: 'http://www.dccinterface.co.uk/ServiceUserGateway' };
const enumeration = (type: string) =>
  findInSchema('duis-5.4.xsd', `//xs:simpleType[@name="${type}"]//xs:enumeration`, (e) => e.attr('value')?.value ?? '');

describe('the catalogue by itself', () => {
  it('has 129 variants, 37 of them critical, each with one body element of its own', () => {
    expect(catalogue.size).toBe(129);
    expect(variants.filter((variant) => variant.critical)).toHaveLength(37);
    expect(new Set(variants.flatMap((variant) => variant.bodyElements)).size).toBe(129);
    expect(variants.every((variant) => catalogue.get(variant.srv) === variant)).toBe(true);
  });

  it('gives each criticality its Command Variants, and no variant the Operator’s own', () => {
    expect(catalogue.get('4.1.1')?.commandVariants).toEqual([1, 2, 3]);
    expect(catalogue.get('1.1.1')?.commandVariants).toEqual([4, 5, 6, 7]);
    expect(catalogue.get('8.2')?.commandVariants).toEqual([8]);
    expect(variants.some((variant) => variant.commandVariants.includes(9))).toBe(false);
    expect(variants.some((variant) => variant.critical && variant.nonDevice)).toBe(false);
  });

  it('sends each Command Variant to one web service', () => {
    const services = [1, 2, 3, 4, 5, 6, 7, 8, 9].map(serviceFor);
    const [send, direct] = ['send-command', 'non-device'];
    expect(services).toEqual([send, direct, send, 'transform', send, direct, send, direct, undefined]);
  });
});

describe('the catalogue against the official files', () => {
  beforeEach(needsOfficialFiles);
  const rows = hasOfficialFiles ? officialTable('srv-catalogue.csv') : [];

  /** The matrix has line breaks, doubled blanks and changing dashes in its names, and a remark in that of 8.2. */
  const cleaned = (name: string) =>
    name
      .replace(/\(Current and Future Suppliers[^)]*\)/, '')
      .replace(/\s+/g, ' ')
      .replace(/\.? ?[–-] /, ' - ')
      .trim();

  it.each(rows.map((row) => [row.srv ?? '', row] as const))('%s is as the public table says', (srv, row) => {
    const asked = row.future_dated_response_pattern ?? '';
    const futureDated: Record<string, string> = { No: 'none', Device: 'device', DSP: 'dsp', 'DSP & Device': 'both' };
    const roles = (row.eligible_user_roles ?? '').split('|');
    expect(catalogue.get(srv)).toMatchObject({
      serviceReference: row.service_reference_xsd,
      srv,
      name: cleaned(row.name ?? ''),
      critical: row.critical === 'Yes',
      nonDevice: row.non_device === 'Yes',
      roles: userRoles.filter((role) => roles.includes(role)),
      futureDated: futureDated[asked],
      onDemand: row.on_demand === 'Yes',
      // the schema decides; the matrix differs in 4.2 only, which the table's own note says
      dccScheduled: row.xsd_dsp_schedulable === 'yes',
    });
    if (srv !== '4.2') expect(row.dcc_scheduled).toBe(row.xsd_dsp_schedulable === 'yes' ? 'Yes' : 'No');
  });

  it('has the rows of the public table and no others', () => {
    expect([...catalogue.keys()].sort()).toEqual(rows.map((row) => row.srv).sort());
  });

  it('has the references, variants, schedulable variants and body elements of the schema and no others', () => {
    expect([...new Set(variants.map((variant) => variant.serviceReference))].sort()).toEqual(
      enumeration('ServiceReference').sort(),
    );
    expect([...catalogue.keys()].sort()).toEqual(enumeration('ServiceReferenceVariant').sort());
    const schedulable = variants.filter((variant) => variant.dccScheduled).map((variant) => variant.srv);
    expect(schedulable.sort()).toEqual(enumeration('DSPScheduledServiceReferenceVariant').sort());
    const bodies = findInSchema(
      'duis-5.4.xsd',
      '/xs:schema/xs:complexType[@name="Request"]/xs:sequence/xs:element[@name="Body"]//xs:choice/xs:element',
      (element) => element.attr('name')?.value ?? '',
    );
    const known = [...variants.flatMap((variant) => variant.bodyElements), SIGNED_PRE_COMMAND];
    expect(known.sort()).toEqual(bodies.sort());
  });
});

describe('the catalogue against the real templates', () => {
  it('fits every one: reference, Command Variant and body element', () => {
    const seen = new Map<string, Set<number>>();
    for (const template of requestTemplates()) {
      withDocument(template.text, (document) => {
        const header = (name: string) => document.get(`/sr:Request/sr:Header/sr:${name}`, sr)?.content ?? '';
        const variant = catalogue.get(header('ServiceReferenceVariant'));
        const commandVariant = Number(header('CommandVariant'));
        const body = document.get('/sr:Request/sr:Body/*', sr);
        const name = body !== null && 'name' in body ? String(body.name) : '';
        expect(variant?.serviceReference, template.name).toBe(header('ServiceReference'));
        expect(variant?.commandVariants, template.name).toContain(commandVariant);
        expect(commandVariant >= 5 && commandVariant <= 7 ? [SIGNED_PRE_COMMAND] : variant?.bodyElements).toEqual([
          name,
        ]);
        seen.set(variant?.srv ?? '', (seen.get(variant?.srv ?? '') ?? new Set()).add(commandVariant));
      });
    }
    // 5.2, 5.3, 11.1, 11.4 and 12.1 are among the official files only
    expect(seen.size).toBe(hasOfficialFiles ? 129 : 124);
    // what occurs in the templates: 2 once (4.1.1), 7 once (7.1), else only the first of each criticality
    const unusual = [...seen].flatMap(([srv, used]) =>
      [...used].filter((v) => ![1, 4, 8].includes(v)).map((v) => [srv, v]),
    );
    expect(unusual).toEqual([
      ['4.1.1', 2],
      ['7.1', 7],
    ]);
  });
});
