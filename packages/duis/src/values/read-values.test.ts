import { describe, expect, it } from 'vitest';
import type { DuisRequest } from '../read.ts';
import { requestOf, shown } from '../testing/value-requests.ts';
import { attributes } from './attributes.ts';
import { MAXIMUM_VALUES, readValues } from './read-values.ts';

const read = (request: DuisRequest, wanted?: ReadonlySet<string>): string[] => readValues(request, wanted).map(shown);

const electricity = (inside: string, scales = '<PriceScale>-5</PriceScale>') =>
  requestOf(
    '1.2.1',
    `<UpdatePricePrimaryElement><PriceElements><ElectricityPriceElements><StandingCharge>1234</StandingCharge>` +
      `<StandingChargeScale>-2</StandingChargeScale>${scales}${inside}</ElectricityPriceElements></PriceElements></UpdatePricePrimaryElement>`,
  );
const E = 'PriceElements.ElectricityPriceElements';
const STANDING = `UpdatePricePrimaryElement.${E}.StandingCharge`;
const charge = `${E}.StandingCharge = 12.34`;

const debt = (rate: string, period: string, scale = '-1') =>
  requestOf(
    '2.3',
    `<UpdateDebt><ElecDebtRecovery1><DebtRecoveryRate>${rate}</DebtRecoveryRate>` +
      `<DebtRecoveryRatePriceScale>${scale}</DebtRecoveryRatePriceScale>${period}</ElecDebtRecovery1></UpdateDebt>`,
  );
const balance = (written: string) =>
  requestOf(
    '1.5',
    `<UpdateMeterBalance><CreditMode><AdjustMeterBalance>${written}</AdjustMeterBalance></CreditMode></UpdateMeterBalance>`,
  );
const BALANCE = 'CreditMode.AdjustMeterBalance';

const noScale = 'its scale is missing, repeated or not a whole number from -128 to 127';
const noPeriod = 'its period is missing, repeated or neither HOURLY nor DAILY';
const noNumber = 'it is not a number of at most 40 digits';
const noPlace = 'it stands where the schema has no such element';

describe('the values of a body', () => {
  it('are exact, with where each stands', () => {
    const request = electricity(
      '<TOUTariff><TOUPrice index="1">7</TOUPrice><TOUPrice index="2">-8</TOUPrice></TOUTariff>',
    );
    expect(read(request)).toEqual([
      charge,
      `${E}.TOUTariff.TOUPrice[1] = 0.00007`,
      `${E}.TOUTariff.TOUPrice[2] = -0.00008`,
    ]);
    const [first] = readValues(request);
    expect(first).toEqual({
      attribute: attributes.get(STANDING),
      value: { digits: 1234n, exponent: -2 },
      text: '1234',
      where: STANDING,
      offset: Buffer.from(request.bytes).indexOf('<StandingCharge>'),
    });
  });

  it('are those that are wanted, when some are named', () => {
    const request = electricity('<TOUTariff><TOUPrice index="1">7</TOUPrice></TOUTariff>');
    expect(read(request, new Set([STANDING, 'UpdateDebt.TimeDebtRegister1']))).toEqual([charge]);
    expect(read(request, new Set(['UpdateDebt.TimeDebtRegister1']))).toEqual([]);
    expect(read(request, new Set())).toEqual([]);
  });

  it('take a scale of any size that DUIS has, exactly', () => {
    const scaled = (scale: string) => read(electricity('<TOUTariff><TOUPrice>3</TOUPrice></TOUTariff>', scale))[1];
    const price = `${E}.TOUTariff.TOUPrice = `;
    expect(scaled('<PriceScale>127</PriceScale>')).toBe(`${price}3${'0'.repeat(127)}`);
    expect(scaled('<PriceScale> -128\n</PriceScale>')).toBe(`${price}0.${'0'.repeat(127)}3`);
    expect(scaled('<PriceScale>+0</PriceScale>')).toBe(`${price}3`);
  });

  it('of a debt recovery are by the day', () => {
    const period = (word: string) => `<DebtRecoveryRatePeriod>${word}</DebtRecoveryRatePeriod>`;
    expect(read(debt('15', period('DAILY')))).toEqual(['ElecDebtRecovery1.DebtRecoveryRate = 1.5']);
    expect(read(debt('15', period('HOURLY')))).toEqual(['ElecDebtRecovery1.DebtRecoveryRate = 36.0']);
    for (const wrong of ['', period('WEEKLY'), period('hourly'), period('DAILY') + period('DAILY')]) {
      expect(read(debt('15', wrong))).toEqual([`ElecDebtRecovery1.DebtRecoveryRate = ${noPeriod}`]);
    }
  });

  it('of a top-up are its amount', () => {
    const topUp = (token: string) => requestOf('2.2', `<TopUpDevice><UTRN>${token}</UTRN></TopUpDevice>`, 1);
    expect(read(topUp('73947252416745201637'))).toEqual(['UTRN = 12.34']);
    expect(read(topUp('12345678901234567890'))).toEqual(['UTRN = it is not a top-up token that can be read']);
  });

  it('are read whatever way a number is spelled, since all readers of XML take it for the same', () => {
    for (const written of [
      '-1200000',
      ' \n-1200000\t',
      '-12<![CDATA[00]]>000',
      '-12&#48;0000',
      '-001200000',
      '-1200000.',
    ]) {
      expect(read(balance(written)), written).toEqual([`${BALANCE} = -12.00000`]);
    }
  });

  it('are none in a body without attributes, and in a Signed Pre-Command', () => {
    expect(read(requestOf('4.18', '<ReadMeterBalance/>', 1))).toEqual([]);
    expect(read(requestOf('1.5', '<SignedPreCommand>AA==</SignedPreCommand>', 5))).toEqual([]);
    expect(
      read(requestOf('1.5', '<UpdateMeterBalance><CreditMode><ResetMeterBalance/></CreditMode></UpdateMeterBalance>')),
    ).toEqual([]);
  });
});

describe('what cannot be read is reported', () => {
  it.each(['', 'twelve', '1e9', '0x10', '1,200', '9'.repeat(41), '１２'])('a number written "%s"', (written) => {
    expect(read(balance(written))).toEqual([`${BALANCE} = ${noNumber}`]);
  });

  it('by the first 80 characters of what is written, however long that is', () => {
    const [value] = readValues(balance('9'.repeat(5_000_000)));
    expect(value).toMatchObject({ value: undefined, unreadable: noNumber, text: '9'.repeat(80) });
  });

  it.each([
    ['missing', ''],
    ['there twice', '<PriceScale>-5</PriceScale><PriceScale>-5</PriceScale>'],
    ['too large', '<PriceScale>128</PriceScale>'],
    ['too small', '<PriceScale>-129</PriceScale>'],
    ['no whole number', '<PriceScale>-5.0</PriceScale>'],
    ['empty', '<PriceScale/>'],
    ['holding elements', '<PriceScale><A>-5</A></PriceScale>'],
    ['at another place', '<A><PriceScale>-5</PriceScale></A>'],
  ])('a price whose scale is %s, while the standing charge is still read', (_, scale) => {
    const price = `${E}.TOUTariff.TOUPrice = ${noScale}`;
    expect(read(electricity('<TOUTariff><TOUPrice>7</TOUPrice></TOUTariff>', scale))).toEqual([charge, price]);
  });

  it('a price with a second scale at another place, which another reader might take', () => {
    const tariff = '<TOUTariff><PriceScale>3</PriceScale><TOUPrice>7</TOUPrice></TOUTariff>';
    expect(read(electricity(tariff))).toEqual([charge, `${E}.TOUTariff.TOUPrice = ${noScale}`]);
  });

  it('an element of an attribute’s name at a place that the schema does not have, however deep', () => {
    const price = '<A><B><TOUPrice>7</TOUPrice></B></A>';
    // three attributes have that name, and it could be any of them
    const stray = Array(3).fill(`${E}//TOUPrice = ${noPlace}`);
    expect(read(electricity(price))).toEqual([charge, ...stray]);
    const ids = readValues(electricity(price)).map(({ attribute }) => attribute.id.replace(/^.*Elements\./, ''));
    expect(ids).toEqual(['StandingCharge', 'TOUTariff.TOUPrice', 'HybridTariff.TOUPrice', 'TOUTariff.TOUPrice']);
    expect(read(electricity(price), new Set([STANDING]))).toEqual([charge]);
  });

  it('an element inside an attribute’s own, or inside a scale', () => {
    expect(read(balance('<AdjustMeterBalance>1</AdjustMeterBalance>'))).toEqual([
      `${BALANCE} = ${noNumber}`,
      ...Array(2).fill(`${BALANCE}//AdjustMeterBalance = ${noPlace}`), // of prepayment, of credit
    ]);
    const inScale = '<PriceScale><ElectricityPriceElement>7</ElectricityPriceElement></PriceScale>';
    const body = `<UpdatePriceSecondaryElement><PriceElements>${inScale}</PriceElements></UpdatePriceSecondaryElement>`;
    expect(read(requestOf('1.2.2', body))).toEqual([`PriceElements.PriceScale//ElectricityPriceElement = ${noPlace}`]);
  });

  it('more than one of what the schema has once: each is read', () => {
    const twice =
      '<AdjustMeterBalance>1</AdjustMeterBalance></CreditMode><CreditMode><AdjustMeterBalance>2</AdjustMeterBalance>';
    expect(
      read(requestOf('1.5', `<UpdateMeterBalance><CreditMode>${twice}</CreditMode></UpdateMeterBalance>`)),
    ).toEqual(['CreditMode[1].AdjustMeterBalance = 0.00001', 'CreditMode[2].AdjustMeterBalance = 0.00002']);
  });

  it.each([
    ['at their place', (many: string) => `<TOUTariff>${many}</TOUTariff>`],
    ['elsewhere', (many: string) => `<A>${many}</A>`],
  ])('that there are 1,000 values %s: then each attribute of the body is unreadable', (_, around) => {
    const most = 'the message has too many values, and was not read to its end';
    const prices = (count: number) => readValues(electricity(around('<TOUPrice>7</TOUPrice>'.repeat(count))));
    expect(prices(300).map(({ unreadable }) => unreadable)).not.toContain(most);
    const values = prices(100_000);
    const ofBody = [...attributes.values()].filter(({ id }) => id.startsWith('UpdatePricePrimaryElement.'));
    const last = values.slice(-ofBody.length);
    expect(last.map(({ attribute, unreadable }) => [attribute, unreadable])).toEqual(
      ofBody.map((each) => [each, most]),
    );
    expect(values.length).toBeLessThan(MAXIMUM_VALUES + ofBody.length + 3);
  });

  it('and all of the largest schedule can be read', () => {
    const levels =
      '<AuxiliaryControllerSchedule><AuxiliaryControllerAction><CommandedStateLevel>50</CommandedStateLevel></AuxiliaryControllerAction></AuxiliaryControllerSchedule>';
    const body = 'UpdateDeviceConfigurationAuxiliaryControllerScheduler';
    const values = read(requestOf('6.14.3', `<${body}>${levels.repeat(120)}</${body}>`));
    expect(values).toHaveLength(120);
    expect(values.at(-1)).toBe('AuxiliaryControllerSchedule[120].AuxiliaryControllerAction.CommandedStateLevel = 50');
  });
});
