/**
 * Bodies of the variants that have no template in @smartdcc/duis-templates 0.5.0 (5.2, 5.3, 11.1, 11.4, 12.1), so that
 * every one of the 129 can be sent. The other 124 are there; their bodies go to `writeRequest` as text. What no template
 * shows is the other Command Variants: 2 and 3 take the same body as 1, and 5 to 7 are `writeSignedPreCommand`.
 */
import { MAXIMUM_DEVICES } from '../devices.ts';
import { DuisError } from '../errors.ts';
import type { Eui } from '../identifiers.ts';
import { base64Element, euiElement, euiListElement, integerElement, scheduleIdElement, textElement } from './values.ts';
import { element, type XmlElement } from './xml.ts';

/** One schedule by its number, or all of a device. */
export type ScheduleChoice = { readonly scheduleId: bigint | number } | { readonly device: Eui };

const scheduleChoice = (choice: ScheduleChoice): XmlElement =>
  'device' in choice ? euiElement('DeviceID', choice.device) : scheduleIdElement('DSPScheduleID', choice.scheduleId);

/** 5.2 */
export const readScheduleBody = (choice: ScheduleChoice): XmlElement =>
  element('ReadSchedule', [scheduleChoice(choice)]);

/** 5.3 */
export const deleteScheduleBody = (choice: ScheduleChoice): XmlElement =>
  element('DeleteSchedule', [scheduleChoice(choice)]);

export interface FirmwareUpdate {
  /** At most 10,240,000 bytes. */
  readonly image: Uint8Array;
  /** 1 to 8 characters. */
  readonly version: string;
  /** 1 to 50,000 devices. */
  readonly devices: readonly Eui[];
}

const MAXIMUM_IMAGE = 10_240_000;

function firmwareElements({ image, version, devices }: FirmwareUpdate): XmlElement[] {
  if (image.length > MAXIMUM_IMAGE) {
    throw new DuisError('duis.write.value', `FirmwareImage: ${image.length} bytes, more than ${MAXIMUM_IMAGE}`);
  }
  return [
    base64Element('FirmwareImage', image),
    textElement('FirmwareVersion', version, 1, 8),
    euiListElement('DeviceIDList', devices, MAXIMUM_DEVICES),
  ];
}

/** 11.1 */
export const updateFirmwareBody = (update: FirmwareUpdate): XmlElement =>
  element('UpdateFirmware', firmwareElements(update));

/** 11.4 */
export const updatePpmidFirmwareBody = (update: FirmwareUpdate): XmlElement =>
  element('UpdatePPMIDFirmware', firmwareElements(update));

/** A premises by its Unique Property Reference Number (up to 12 digits), or by post code and address. */
export type Premises =
  | { readonly uprn: bigint | number }
  | { readonly postCode: string; readonly addressIdentifier: string };

/** 12.1 */
export function requestWanMatrixBody(premises: Premises): XmlElement {
  if ('uprn' in premises) {
    return element('RequestWANMatrix', [integerElement('UPRN', premises.uprn, 1n, 999_999_999_999n)]);
  }
  const address = [
    textElement('PostCode', premises.postCode, 6, 8),
    textElement('AddressIdentifier', premises.addressIdentifier, 0, 30),
  ];
  return element('RequestWANMatrix', [element('PartialAddress', address)]);
}
