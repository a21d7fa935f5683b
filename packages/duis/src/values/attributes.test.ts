import { beforeEach, describe, expect, it } from 'vitest';
import { findInSchema, hasOfficialFiles, needsOfficialFiles } from '../testing/official-files.ts';
import { numbersOfSchema } from '../testing/schema-numbers.ts';
import { attributes } from './attributes.ts';

/** The numbers of the schema that nobody would set a limit for, by local name, and why not. */
const noLimits: Readonly<Record<string, string>> = {
  'a name that other elements refer to, or the reference':
    'DayName GasDayName WeekName ReferencedDayName ReferencedWeekName SpecialDayID TOUTariffAction BlockTariffAction Phase',
  'a part of a date':
    'SpecifiedYear SpecifiedMonth SpecifiedDayOfMonth SpecifiedDayOfWeek Weekly Monthly DayOfMonth BillingPeriodStartMonth',
  'a count of elements beside it': 'NumberOfThresholds',
  'the scale of attributes, read with them': 'StandingChargeScale PriceScale DebtRecoveryRatePriceScale',
  'an identifier': 'DSPScheduleID UPRN',
  'a counter against replay':
    'RemotePartyFloorSeqNumber RemotePartyPrepaymentTopUpFloorSeqNumber SupplierFloorSeqNumber SupplierPrepaymentTopUpFloorSeqNumber ACBFloorSeqNumber',
  'which days a schedule reads; nothing is set by it': 'StartDateOffset EndDateOffset',
};

const nameOf = (path: string): string => path.slice(path.lastIndexOf('.') + 1);
const bodyOf = (path: string): string => path.slice(0, path.indexOf('.'));

describe('the catalogue of attributes', () => {
  it('has each once, in the body of an SRV of the catalogue, with a name of its own there', () => {
    const names = [...attributes.values()].map(({ id, name, unit }) => `${bodyOf(id)} ${name} ${unit}`);
    expect(new Set(names).size).toBe(names.length - 3); // average voltage: of one phase, and of three
    for (const { id, srvs } of attributes.values()) expect(srvs, id).not.toEqual([]);
    expect(attributes.size).toBe(89);
  });

  it('covers what an Operator is known to limit, in its SRVs', () => {
    const srvs = new Set([...attributes.values()].flatMap((attribute) => attribute.srvs));
    expect([...srvs].join(' ')).toBe(
      '1.1.1 1.1.2 1.2.1 1.2.2 1.5 1.6 2.1 2.2 2.3 6.4.1 6.5 6.6 6.7 6.11 6.12 6.14.3 6.28 7.5 7.6 7.12 7.13 7.16 8.1.1 8.11',
    );
  });

  it('says how the number comes from what is written', () => {
    const quantity = (id: string) => attributes.get(id)?.quantity;
    expect(quantity('UpdatePriceSecondaryElement.PriceElements.ElectricityPriceElement')).toBe(
      'as written × 10^PriceScale',
    );
    expect(quantity('UpdateDebt.TimeDebtRegister1')).toBe('as written × 10^-5');
    expect(quantity('UpdateDebt.GasDebtRecovery2.DebtRecoveryRate')).toBe(
      'as written × 10^-5, × 24 where DebtRecoveryRatePeriod is HOURLY',
    );
    expect(quantity('SetRandomisedOffsetLimit.RandomisedOffsetLimit')).toBe('as written');
    expect(quantity('TopUpDevice.UTRN')).toBe('the amount in the token');
  });
});

describe('the catalogue of attributes against the schema', () => {
  beforeEach(needsOfficialFiles);
  const numbers = hasOfficialFiles ? numbersOfSchema() : [];
  const whyNot = new Map(
    Object.entries(noLimits).flatMap(([why, names]) => names.split(' ').map((name) => [name, why] as const)),
  );

  it('has every number of every body, or says why it is no limit; never both', () => {
    const paths = numbers.map(({ path }) => path);
    expect(paths.filter((path) => !attributes.has(path) && !whyNot.has(nameOf(path)))).toEqual([]);
    expect(paths.filter((path) => attributes.has(path) && whyNot.has(nameOf(path)))).toEqual([]);
    expect(new Set(paths).size).toBe(219);
  });

  it('has nothing that the schema does not have', () => {
    const paths = new Set(numbers.map(({ path }) => path));
    const others = [...attributes.keys()].filter((id) => !paths.has(id));
    expect(others).toEqual(['TopUpDevice.UTRN']);
    const known = new Set(numbers.map(({ path }) => nameOf(path)));
    expect([...whyNot.keys()].filter((name) => !known.has(name))).toEqual([]);
  });

  it('finds each scale where it says, with the range that is asked of it', () => {
    const scales = new Map(numbers.map((number) => [number.path, number.facets]));
    const used = [...attributes.values()].flatMap(({ scale }) => scale ?? []);
    for (const scale of used) expect(scales.get(scale), scale).toEqual(['minInclusive -128', 'maxInclusive 127']);
    const all = [...scales.keys()].filter((path) => path.endsWith('Scale'));
    expect([...new Set(used)].sort()).toEqual(all.sort());
  });

  it('knows that no other element of a body has the name of an attribute: a stray one is none of the schema’s', () => {
    const names = new Set([...attributes.keys()].map((id) => `${bodyOf(id)} ${nameOf(id)}`));
    const same = numbers.filter(({ path }) => !attributes.has(path) && names.has(`${bodyOf(path)} ${nameOf(path)}`));
    expect(same).toEqual([]);
  });

  it('knows the XML attributes: they number and name, and hold nothing to limit', () => {
    const names = findInSchema('duis-5.4.xsd', '//xs:attribute', (each) => each.attr('name')?.value ?? '');
    expect([...new Set(names)].sort()).toEqual(['auxiliaryControllerN', 'identifier', 'index', 'schemaVersion']);
  });

  it('knows the texts of digits: a token, a telephone number, a customer’s number', () => {
    const within = 'ancestor-or-self::*[@name][1]';
    const digits = '//xs:pattern[starts-with(@value, "[0-9")]';
    const holders = findInSchema('duis-5.4.xsd', `${digits}/${within}`, (each) => each.attr('name')?.value ?? '');
    expect([...new Set(holders)].sort()).toEqual(['CustomerIdentificationNumber', 'SupplierTelephoneNumber', 'UTRN']);
  });
});
