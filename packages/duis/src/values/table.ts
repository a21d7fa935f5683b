/**
 * The attributes by the elements that hold them. Paths are those of the schema, from the element in the body down.
 *
 * The schema states no units, save that a tolerance is in seconds. What else stands here is by our understanding of
 * the devices' specifications, checked for sense against real messages (a gas standing charge of 54794 is 200 GBP a
 * year by the day, in thousandths of a penny; a gas flow of 61680 is written 6.1680 in the newer element). Where even
 * that does not tell, there is no unit, and the number is taken as it is written.
 */

/** How the screened number comes from what is written. */
export interface Reading {
  /** The main unit, where it is known. */
  readonly unit?: string;
  /** The power of ten that the written number is multiplied with; 0 unless said. */
  readonly exponent?: number;
  /** Path of the element that holds the power of ten. */
  readonly scale?: string;
  /** Path of the element that says HOURLY or DAILY; a rate by the hour counts 24 times. */
  readonly period?: string;
  /** The element holds a prepayment token, and the number is its amount. */
  readonly token?: true;
}

export interface AttributeRow extends Reading {
  /** The body's element; the SRVs follow from it. */
  readonly body: string;
  /** The path below it. */
  readonly path: string;
  readonly name: string;
}

type Entry = readonly [path: string, name: string, reading?: Reading];

const rows = (body: string, entries: readonly Entry[]): AttributeRow[] =>
  entries.map(([path, name, reading]) => ({ body, path, name, ...reading }));

const inside = (under: string, entries: readonly Entry[]): Entry[] =>
  entries.map(([path, name, reading = {}]) => [`${under}.${path}`, name, reading]);

const unit = (name: string): Reading => ({ unit: name });
/** DUIS writes money in thousandths of a penny wherever no scale stands beside it. */
const inGbp = (per = ''): Reading => ({ unit: `GBP${per}`, exponent: -5 });
const hundredthsOfPercent: Reading = { unit: '%', exponent: -2 };

const ELECTRICITY = 'PriceElements.ElectricityPriceElements';
const electricityPrice: Reading = { unit: 'GBP/kWh', scale: `${ELECTRICITY}.PriceScale` };
const prices: readonly Entry[] = [
  ...inside(ELECTRICITY, [
    ['StandingCharge', 'electricity standing charge', { unit: 'GBP/day', scale: `${ELECTRICITY}.StandingChargeScale` }],
    ['BlockTariff.BlockPrices.BlockPrice', 'electricity block price', electricityPrice],
    ['TOUTariff.TOUPrice', 'electricity time-of-use price', electricityPrice],
    ['HybridTariff.BlockPrices.BlockPrice', 'electricity block price (hybrid tariff)', electricityPrice],
    ['HybridTariff.TOUPrice', 'electricity time-of-use price (hybrid tariff)', electricityPrice],
  ]),
  ...inside('PriceElements.GasPriceElements', [
    ['StandingCharge', 'gas standing charge', inGbp('/day')],
    ['BlockTariff.BlockPrice', 'gas block price', inGbp('/kWh')],
    ['TOUTariff.TOUPrice', 'gas time-of-use price', inGbp('/kWh')],
  ]),
];
const secondaryPrice: Entry = [
  'PriceElements.ElectricityPriceElement',
  'secondary electricity price',
  { unit: 'GBP/kWh', scale: 'PriceElements.PriceScale' },
];

const prepayment = (supply: string, rateCap: Reading): readonly Entry[] => [
  ['DebtRecoveryRateCap', `${supply} debt recovery rate cap`, rateCap],
  ['EmergencyCreditLimit', `${supply} emergency credit limit`, inGbp()],
  ['EmergencyCreditThreshold', `${supply} emergency credit threshold`, inGbp()],
  ['LowCreditThreshold', `${supply} low credit threshold`, inGbp()],
  ['MaxMeterBalance', `${supply} maximum meter balance`, inGbp()],
  ['MaxCreditThreshold', `${supply} maximum credit threshold`, inGbp()],
];

const debtRecovery = (number: 1 | 2): readonly Entry[] => [
  [
    `ElecDebtRecovery${number}.DebtRecoveryRate`,
    `electricity debt recovery rate ${number}`,
    {
      unit: 'GBP/day',
      scale: `ElecDebtRecovery${number}.DebtRecoveryRatePriceScale`,
      period: `ElecDebtRecovery${number}.DebtRecoveryRatePeriod`,
    },
  ],
  [
    `GasDebtRecovery${number}.DebtRecoveryRate`,
    `gas debt recovery rate ${number}`,
    { ...inGbp('/day'), period: `GasDebtRecovery${number}.DebtRecoveryRatePeriod` },
  ],
];

const averageVoltage: readonly Entry[] = [
  ['AverageRMSOverVoltageThreshold', 'average over-voltage threshold', unit('V')],
  ['AverageRMSUnderVoltageThreshold', 'average under-voltage threshold', unit('V')],
  ['AverageRMSVoltageMeasurementPeriod', 'average voltage measurement period', unit('s')],
];

const clockTolerance: Entry = ['TolerancePeriod', 'clock tolerance', unit('s')];
const commandedLevel = 'commanded level of the auxiliary controller';

/** All of them, by SRV. */
export const attributeRows: readonly AttributeRow[] = [
  ...rows('UpdateImportTariffPrimaryElement', [
    ['ElecTariffElements.ThresholdMatrix.Thresholds.BlockThreshold', 'electricity block threshold'],
    ['GasTariffElements.ThresholdMatrix.BlockThreshold', 'gas block threshold'],
    ...prices,
  ]),
  ...rows('UpdateImportTariffSecondaryElement', [secondaryPrice]),
  ...rows('UpdatePricePrimaryElement', prices),
  ...rows('UpdatePriceSecondaryElement', [secondaryPrice]),
  ...rows('UpdateMeterBalance', [
    ['PrepaymentMode.AdjustMeterBalance', 'adjustment of the prepayment balance', inGbp()],
    ['CreditMode.AdjustMeterBalance', 'adjustment of the credit balance', inGbp()],
  ]),
  ...rows('UpdatePaymentMode', [['Prepayment.DisablementThreshold', 'disablement threshold', inGbp()]]),
  ...rows('UpdatePrepayConfiguration', [
    ...inside('UpdatePrepayConfigElectricity', prepayment('electricity', {})),
    ...inside('UpdatePrepayConfigGas', prepayment('gas', inGbp())),
  ]),
  ...rows('TopUpDevice', [['UTRN', 'top-up', { unit: 'GBP', token: true }]]),
  ...rows('UpdateDebt', [
    ['TimeDebtRegister1', 'time-based debt 1', inGbp()],
    ['TimeDebtRegister2', 'time-based debt 2', inGbp()],
    ['PaymentDebtRegister', 'payment-based debt', inGbp()],
    ['DebtRecoveryPerPayment', 'debt recovery per payment', hundredthsOfPercent],
    ...debtRecovery(1),
    ...debtRecovery(2),
  ]),
  ...rows('UpdateDeviceConfigurationLoadLimitingGeneralSettings', [
    ['LoadLimitPeriod', 'load limit period', unit('s')],
    ['LoadLimitPowerThreshold', 'load limit power threshold', unit('W')],
    ['LoadLimitRestorationPeriod', 'load limit restoration period'],
  ]),
  ...rows('UpdateDeviceConfigurationVoltage', [
    ...inside('SinglePhaseVoltageSettings', averageVoltage),
    ...inside('PolyPhaseVoltageSettings.PhaseVoltageSettings', averageVoltage),
    ...inside('RMSVoltageSettings', [
      ['RMSExtremeOverVoltageMeasurementPeriod', 'extreme over-voltage measurement period', unit('s')],
      ['RMSExtremeOverVoltageThreshold', 'extreme over-voltage threshold', unit('V')],
      ['RMSExtremeUnderVoltageMeasurementPeriod', 'extreme under-voltage measurement period', unit('s')],
      ['RMSExtremeUnderVoltageThreshold', 'extreme under-voltage threshold', unit('V')],
      ['RMSVoltageSagMeasurementPeriod', 'voltage sag measurement period', unit('s')],
      ['RMSVoltageSagThreshold', 'voltage sag threshold', unit('V')],
      ['RMSVoltageSwellMeasurementPeriod', 'voltage swell measurement period', unit('s')],
      ['RMSVoltageSwellThreshold', 'voltage swell threshold', unit('V')],
    ]),
  ]),
  ...rows('UpdateDeviceConfigurationGasConversion', [
    ['CalorificValue', 'calorific value', unit('MJ/m3')],
    ['ConversionFactor', 'gas conversion factor'],
  ]),
  ...rows('UpdateDeviceConfigurationGasFlow', [
    ['UncontrolledGasFlowRate', 'uncontrolled gas flow rate', { unit: 'm3/h', exponent: -4 }],
    ['UncontrolledGasFlowRateDecimal', 'uncontrolled gas flow rate (decimal)', unit('m3/h')],
    ['StabilisationPeriod', 'gas stabilisation period', unit('s')],
    ['MeasurementPeriod', 'gas measurement period', unit('s')],
  ]),
  ...rows('SynchroniseClock', [clockTolerance]),
  ...rows('UpdateDeviceConfigurationInstantaneousPowerThreshold', [
    ['LowMediumPowerThreshold', 'low to medium power threshold', unit('W')],
    ['MediumHighPowerThreshold', 'medium to high power threshold', unit('W')],
  ]),
  ...rows('UpdateDeviceConfigurationAuxiliaryControllerScheduler', [
    ['AuxiliaryControllerSchedule.AuxiliaryControllerAction.CommandedStateLevel', commandedLevel, unit('%')],
  ]),
  ...rows('SetCHFSubGHzConfiguration', [
    ['NormalLimitedDutyCycleThreshold', 'normal to limited duty cycle threshold', unit('%')],
    ['LimitedCriticalDutyCycleThreshold', 'limited to critical duty cycle threshold', unit('%')],
    ['MaximumSubGHzChannelChangesPerWeek', 'sub-GHz channel changes a week'],
    ['GSMECurfew', 'GSME curfew'],
    ['ChannelQuieterThreshold', 'channel quieter threshold'],
    ['ChannelNoisierThreshold', 'channel noisier threshold'],
    ['NonGSMEPoorCommsPercentageThreshold', 'poor communications threshold', unit('%')],
    ['NonGSMEPoorCommsMeasurementPeriods', 'poor communications measurement periods'],
    ['LocalCHNoiseMeasurementPeriod', 'hub noise measurement period'],
    ['LocalCHFailurePercentage', 'hub failure percentage', unit('%')],
    ['LocalCHRetryPercentage', 'hub retry percentage', unit('%')],
  ]),
  ...rows('ActivateAuxiliaryLoad', [['ActivateALCSHCALCS.Duration', 'duration of the activated load']]),
  ...rows('DeactivateAuxiliaryLoad', [['DeactivateALCSHCALCS.Duration', 'duration of the deactivated load']]),
  ...rows('SetRandomisedOffsetLimit', [['RandomisedOffsetLimit', 'randomised offset limit', unit('s')]]),
  ...rows('SetAuxiliaryControllerState', [['CommandedStateLevel', commandedLevel, unit('%')]]),
  ...rows('LimitAPCLevel', [['CommandedStateLevel', 'limit of the auxiliary controller', unit('%')]]),
  ...rows('CommissionDeviceSynchroniseClock', [clockTolerance]),
  ...rows('UpdateHANDeviceLog', [['AddDeviceToCHFWhitelist.JoinTimePeriod', 'join time period']]),
];
