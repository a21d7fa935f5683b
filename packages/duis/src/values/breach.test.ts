import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PROPERTY_TIMEOUT, runs } from '../testing/property-runs.ts';
import { requestOf } from '../testing/value-requests.ts';
import { attributes } from './attributes.ts';
import { type AttributeLimit, breachOf } from './breach.ts';
import { type Decimal, parseDecimal } from './decimal.ts';
import { type AttributeValue, readValues } from './read-values.ts';

const decimal = (text: string): Decimal => {
  const read = parseDecimal(text);
  if (read === undefined) throw new Error(`${text} is no decimal`);
  return read;
};

const GAS = 'UpdatePricePrimaryElement.PriceElements.GasPriceElements';
const gas = (standingCharge: string) =>
  readValues(
    requestOf(
      '1.2.1',
      `<UpdatePricePrimaryElement><PriceElements><GasPriceElements><StandingCharge>${standingCharge}</StandingCharge>` +
        '<BlockTariff><BlockPrice index="1">9600</BlockPrice><BlockPrice index="2">10200</BlockPrice></BlockTariff>' +
        '</GasPriceElements></PriceElements></UpdatePricePrimaryElement>',
    ),
  );
const words = (limits: readonly AttributeLimit[], values: readonly AttributeValue[]): string[] =>
  breachOf(limits, values).map((breach) => breach.words);

describe('a breach', () => {
  const limits = [
    { attribute: `${GAS}.StandingCharge`, minimum: decimal('0.10'), maximum: decimal('2.00') },
    { attribute: `${GAS}.BlockTariff.BlockPrice`, maximum: decimal('0.1') },
  ];
  const price = `the gas block price 0.10200 GBP/kWh is above the maximum 0.1 (${GAS}.BlockTariff.BlockPrice[2])`;

  it('is told in words, each with its value, limit and place', () => {
    expect(words(limits, gas('1234000'))).toEqual([
      `the gas standing charge 12.34000 GBP/day is above the maximum 2.00 (${GAS}.StandingCharge)`,
      price,
    ]);
    expect(words(limits, gas('9999'))).toEqual([
      `the gas standing charge 0.09999 GBP/day is below the minimum 0.10 (${GAS}.StandingCharge)`,
      price,
    ]);
    expect(breachOf(limits, gas('50000'))).toMatchObject([
      { kind: 'above', limit: limits[1], value: { text: '10200' } },
    ]);
  });

  it('is strict: the limit itself is none', () => {
    for (const charge of ['10000', '200000']) expect(words(limits, gas(charge))).toEqual([price]);
    for (const charge of ['9999', '200001']) expect(words(limits, gas(charge))).toHaveLength(2);
  });

  it('is what cannot be read, when its attribute has a limit', () => {
    expect(words(limits, gas('a lot'))).toEqual([
      `the gas standing charge 'a lot' cannot be read: it is not a number of at most 40 digits (${GAS}.StandingCharge)`,
      price,
    ]);
    expect(words(limits.slice(1), gas('a lot'))).toEqual([price]);
  });

  it('has no unit where none is known', () => {
    const attribute = 'UpdateDeviceConfigurationGasConversion.ConversionFactor';
    const body =
      '<UpdateDeviceConfigurationGasConversion><ConversionFactor>1.5</ConversionFactor></UpdateDeviceConfigurationGasConversion>';
    expect(words([{ attribute, maximum: decimal('1.1') }], readValues(requestOf('6.6', body)))).toEqual([
      `the gas conversion factor 1.5 is above the maximum 1.1 (${attribute})`,
    ]);
  });

  it('is found for every value and every limit of it, and for nothing else', { timeout: PROPERTY_TIMEOUT }, () => {
    const some = [...attributes.values()].slice(0, 4);
    const decimals = fc.record({ digits: fc.bigInt(-30n, 30n), exponent: fc.integer({ min: -2, max: 1 }) });
    const maybe = fc.option(decimals, { nil: undefined });
    const values = fc.array(
      fc.tuple(fc.constantFrom(...some), maybe).map(([attribute, value]) => ({
        ...{ attribute, value, text: '', where: '', offset: 0 },
        ...(value === undefined ? { unreadable: 'it is not a number of at most 40 digits' as const } : {}),
      })),
    );
    const ids = fc.constantFrom(...some.map(({ id }) => id), 'nothing');
    const limits = fc.array(fc.record({ attribute: ids, minimum: maybe, maximum: maybe }));
    // the numbers of this property are whole hundredths
    const hundredths = ({ digits, exponent }: Decimal) => Number(digits) * 10 ** (exponent + 2);
    fc.assert(
      fc.property(limits, values, (allLimits, allValues) => {
        const expected: unknown[] = [];
        for (const value of allValues) {
          for (const limit of allLimits) {
            if (limit.attribute !== value.attribute.id) continue;
            const number = value.value && hundredths(value.value);
            if (number === undefined) expected.push(['unreadable', value, limit]);
            if (number !== undefined && limit.minimum && number < hundredths(limit.minimum))
              expected.push(['below', value, limit]);
            if (number !== undefined && limit.maximum && number > hundredths(limit.maximum))
              expected.push(['above', value, limit]);
          }
        }
        expect(breachOf(allLimits, allValues).map(({ kind, value, limit }) => [kind, value, limit])).toEqual(expected);
      }),
      runs(300),
    );
  });
});
