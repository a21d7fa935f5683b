import { beforeEach, describe, expect, it } from 'vitest';
import type { DuisRequest } from '../read.ts';
import { readRequest } from '../testing/example-messages.ts';
import { needsOfficialFiles, requestTemplates, withoutSignature } from '../testing/official-files.ts';
import { numbersOfSchema } from '../testing/schema-numbers.ts';
import { shown } from '../testing/value-requests.ts';
import { attributes } from './attributes.ts';
import { readValues } from './read-values.ts';

const templates = requestTemplates().map(({ name, text }) => ({ name, request: readRequest(withoutSignature(text)) }));
const valuesIn = (start: string): string[] => {
  const found = templates.findLast(({ name }) => name.startsWith(start));
  return found === undefined ? [] : readValues(found.request).map(shown);
};

/** Use cases of variants with attributes that set no number: a balance reset, a change to credit, a device removed. */
const withoutNumbers = ['CCS02_8.11', 'ECS02_1.6', 'ECS04b_1.5', 'GCS02_1.6', 'GCS40b_1.5', 'GCS40d_1.5'];

describe('the values in real templates', () => {
  it('are read in each that has attributes, and all can be read', () => {
    const srvs = new Set([...attributes.values()].flatMap((attribute) => attribute.srvs));
    const silent = new Set<string>();
    for (const { name, request } of templates) {
      const values = readValues(request);
      expect(values.filter(({ value }) => value === undefined).map(shown), name).toEqual([]);
      const offsets = values.map(({ offset }) => offset);
      expect(offsets, name).toEqual(offsets.toSorted((a, b) => a - b));
      if (!srvs.has(request.serviceReferenceVariant)) expect(values, name).toEqual([]);
      else if (values.length === 0) silent.add(name.split('_', 2).join('_'));
    }
    expect([...silent].sort()).toEqual(withoutNumbers);
  });

  // as a person reads them in the templates of the npm package
  it.each([
    ['ECS04a_1.5', ['PrepaymentMode.AdjustMeterBalance = 12.00000']],
    ['GCS40a_1.5', ['PrepaymentMode.AdjustMeterBalance = 0.23130']],
    ['GCS40c_1.5', ['CreditMode.AdjustMeterBalance = 50.00000']],
    ['CS01a_2.2', ['UTRN = 10']],
    ['ECS38_7.12', ['RandomisedOffsetLimit = 900']],
    ['ECS47e_7.16_APC_INPUT', ['CommandedStateLevel = 50']],
    ['ECS34_6.12', ['LowMediumPowerThreshold = 2300', 'MediumHighPowerThreshold = 4600']],
    ['GCS23_6.6', ['CalorificValue = 40.0', 'ConversionFactor = 1.02264']],
    [
      'ECS28a_6.4.1_IMMEDIATE',
      ['LoadLimitPeriod = 300', 'LoadLimitPowerThreshold = 6900', 'LoadLimitRestorationPeriod = 30'],
    ],
    [
      'ECS01c_1.1.2_IMMEDIATE',
      ['0.10100', '0.00000', '0.12300', '0.13400'].map(
        (price, index) => `PriceElements.ElectricityPriceElement[${index + 1}] = ${price}`,
      ),
    ],
    [
      'GCS01b_1.2.1_FUTURE',
      [
        'PriceElements.GasPriceElements.StandingCharge = 0.22465',
        'PriceElements.GasPriceElements.BlockTariff.BlockPrice[1] = 0.09600',
        'PriceElements.GasPriceElements.BlockTariff.BlockPrice[2] = 0.10200',
        'PriceElements.GasPriceElements.BlockTariff.BlockPrice[3] = 0.10750',
        'PriceElements.GasPriceElements.BlockTariff.BlockPrice[4] = 0.11000',
      ],
    ],
    [
      'ECS01a_1.1.1_FUTURE_DATED_TOU_BLOCK',
      [
        ...['[1].BlockThreshold[1] = 10000', '[1].BlockThreshold[2] = 4294967295', '[2].BlockThreshold[1] = 40000'],
        ...[2, 3, 4, 5, 6, 7, 8].map((set) => `[${set}].BlockThreshold${set === 2 ? '[2]' : ''} = 4294967295`),
      ]
        .map((threshold) => `ElecTariffElements.ThresholdMatrix.Thresholds${threshold}`)
        .concat(
          [
            'StandingCharge = 0.20000',
            'HybridTariff.BlockPrices[1].BlockPrice[1] = 0.02289',
            'HybridTariff.BlockPrices[1].BlockPrice[2] = 0.03546',
            'HybridTariff.BlockPrices[2].BlockPrice[1] = 0.04002',
            'HybridTariff.BlockPrices[2].BlockPrice[2] = 0.06969',
            'HybridTariff.TOUPrice = 0.02121',
          ].map((price) => `PriceElements.ElectricityPriceElements.${price}`),
        ),
    ],
    [
      'ECS07_2.3',
      [
        'TimeDebtRegister1 = 0.30000',
        'TimeDebtRegister2 = 0.15000',
        'PaymentDebtRegister = 0.50000',
        'DebtRecoveryPerPayment = 10.00',
        'ElecDebtRecovery1.DebtRecoveryRate = 0.3',
        'ElecDebtRecovery2.DebtRecoveryRate = 1.5',
      ],
    ],
    [
      'GCS04_2.3',
      [
        'TimeDebtRegister1 = 10.00000',
        'TimeDebtRegister2 = 5.00000',
        'PaymentDebtRegister = 10.00000',
        'DebtRecoveryPerPayment = 1.00',
        'GasDebtRecovery1.DebtRecoveryRate = 0.50000',
        'GasDebtRecovery2.DebtRecoveryRate = 12.00000',
      ],
    ],
    [
      'GCS05_2.1_IMMEDIATE',
      [
        'DebtRecoveryRateCap = 1.00000',
        'EmergencyCreditLimit = 100.00000',
        'EmergencyCreditThreshold = 1.00000',
        'LowCreditThreshold = 50.00000',
        'MaxMeterBalance = 250.00000',
        'MaxCreditThreshold = 250.00000',
      ].map((each) => `UpdatePrepayConfigGas.${each}`),
    ],
  ])('of %s', (start, expected) => {
    expect(valuesIn(start)).toEqual(expected);
  });
});

describe('the values in real templates against the schema', () => {
  beforeEach(needsOfficialFiles);

  it('are at least one of every SRV with attributes', () => {
    const srvs = new Set([...attributes.values()].flatMap((attribute) => attribute.srvs));
    for (const { request } of templates)
      if (readValues(request).length > 0) srvs.delete(request.serviceReferenceVariant);
    expect([...srvs]).toEqual([]);
  });

  it('are all numbers of a body: none that the schema’s derivation knows, or that is a number by its looks, is missed', () => {
    const paths = new Map(numbersOfSchema().map(({ path, type }) => [path, type]));
    const identifiers =
      /(?:UTRN|FirmwareVersion|MPxN|MPAN|MPRN|InstallCode|SupplierTelephoneNumber|DSPScheduledServiceReference)$/;
    const unknown = new Set<string>();
    for (const { request } of templates) {
      const leaves = leavesOf(request);
      for (const { path, text } of leaves) {
        if (/^[+-]?[0-9]+(?:\.[0-9]+)?$/.test(text) && !paths.has(path) && !identifiers.test(path)) unknown.add(path);
      }
      const expected = leaves.filter(({ path }) => attributes.has(path)).map(({ path, text }) => `${path} ${text}`);
      const read = readValues(request).map(({ attribute, text }) => `${attribute.id} ${text}`);
      expect(read).toEqual(expected);
    }
    expect([...unknown]).toEqual([]);
  });
});

/** Every leaf of the body with its path: another walk than that of the code. */
function leavesOf({ body }: DuisRequest): { path: string; text: string }[] {
  const below = (element: DuisRequest['body'], path: string): { path: string; text: string }[] => {
    const children = [...element.children()];
    if (children.length === 0) return [{ path, text: element.text().trim() }];
    return children.flatMap((child) => below(child, `${path}.${child.name}`));
  };
  return below(body, body.name);
}
