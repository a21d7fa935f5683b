/**
 * The optional parts of a ResponseMessage that the gateway and the simulator make. The others (DSPOptIn, DSPWANMatrix,
 * DSPSchedulesRead ...) are made with `element`.
 */
import { MAXIMUM_DEVICES } from '../devices.ts';
import { DuisError } from '../errors.ts';
import type { Eui } from '../identifiers.ts';
import { type DeviceStatus, deviceStatuses } from '../rules/eligibility.ts';
import { base64Element, choiceElement, euiElement, euiListElement, scheduleIdElement, textElement } from './values.ts';
import { element, type XmlElement } from './xml.ts';

/** The kinds of device that DUIS names. */
export const deviceTypes = ['ESME', 'GSME', 'GPF', 'CHF', 'HCALCS', 'PPMID', 'IHD', 'CAD'] as const;
export type DeviceType = (typeof deviceTypes)[number];

/** The answer of a device, in GBCS. */
export const gbcsPayloadPart = (payload: Uint8Array): XmlElement => base64Element('GBCSPayload', payload);

/** A command for local delivery (Command Variants 2, 3, 6, 7). */
export const localCommandPart = (payload: Uint8Array): XmlElement =>
  element('LocalCommand', [base64Element('GBCSPayload', payload)]);

/** The answer to a schedule that was made (5.1). */
export const scheduleIdPart = (scheduleId: bigint | number): XmlElement =>
  scheduleIdElement('DSPScheduleID', scheduleId);

/** What a device answered to a request that the Operator sent by a schedule. */
export const scheduledMessagePart = (payload: Uint8Array, scheduleId: bigint | number): XmlElement =>
  element('DSPScheduledMessage', [
    base64Element('GBCSPayload', payload),
    scheduleIdElement('DSPScheduleID', scheduleId),
  ]);

export interface InventoryDevice {
  readonly device: Eui;
  readonly type: DeviceType;
  readonly status?: DeviceStatus;
  readonly manufacturer: string;
  readonly model: string;
  readonly firmwareVersion?: string;
  readonly importMpxn?: string;
}

/** The devices of a premises (8.2), at most 17 in one answer. */
export function inventoryPart(devices: readonly InventoryDevice[]): XmlElement {
  if (devices.length === 0 || devices.length > 17) {
    throw new DuisError('duis.write.structure', `an inventory has 1 to 17 devices, not ${devices.length}`);
  }
  return element(
    'DSPInventory',
    devices.map((each) =>
      element('Device', [
        euiElement('DeviceID', each.device),
        choiceElement('DeviceType', each.type, deviceTypes),
        each.status === undefined ? undefined : choiceElement('DeviceStatus', each.status, deviceStatuses),
        textElement('DeviceManufacturer', each.manufacturer, 0, 30),
        textElement('DeviceModel', each.model, 0, 30),
        each.firmwareVersion === undefined
          ? undefined
          : textElement('DeviceFirmwareVersion', each.firmwareVersion, 1, 8),
        each.importMpxn === undefined ? undefined : textElement('ImportMPxN', each.importMpxn, 1, 13),
      ]),
    ),
  );
}

/** Devices of an 11.1 that do not get the firmware, by reason; the schema's five lists, all optional. */
export interface FirmwareWarning {
  readonly invalid?: readonly Eui[];
  readonly notCommissioned?: readonly Eui[];
  readonly notApplicableFirmware?: readonly Eui[];
  readonly otherRequestInProgress?: readonly Eui[];
  readonly invalidGbcsVersion?: readonly Eui[];
}

/** The answer to an 11.1 of which some devices are left out (W110101). */
export function firmwareWarningPart(warning: FirmwareWarning): XmlElement {
  const list = (name: string, devices: readonly Eui[] | undefined) =>
    devices === undefined ? undefined : euiListElement(name, devices, MAXIMUM_DEVICES);
  return element('DSPUpdateFirmwareWarning', [
    list('InvalidDeviceIDList', warning.invalid),
    list('NotCommissionedDeviceIDList', warning.notCommissioned),
    list('NotApplicableFirmwareDeviceIDList', warning.notApplicableFirmware),
    list('OtherRequestInProgressList', warning.otherRequestInProgress),
    list('InvalidGBCSVersionList', warning.invalidGbcsVersion),
  ]);
}
