import type { DeviceDocument } from '@penstock/api/schemas';

/** What each kind of device is called. */
export const kindWords: Readonly<Record<DeviceDocument['kind'], string>> = {
  ESME: 'Electricity meter',
  GSME: 'Gas meter',
  CHF: 'Communications hub',
  GPF: 'Gas proxy function',
  HCALCS: 'Load control switch',
  PPMID: 'Prepayment interface',
  IHD: 'In-home display',
  CAD: 'Consumer access device',
};
