/**
 * DCC Alerts: what the Operator tells a User of its own accord; unsigned, to be given to `signMessage`.
 *
 * All 24 kinds can be written. Those that the gateway and the simulator raise have a typed function below; any other
 * is made with `element`. Which alert code goes with which kind is not public, so the code is always the caller's.
 */
import { dccAlertCodes, dccAlertKinds } from '../codes/dcc-alerts.ts';
import { DONE } from '../codes/responses.ts';
import { MAXIMUM_DEVICES } from '../devices.ts';
import { DuisError } from '../errors.ts';
import type { Eui, RequestId } from '../identifiers.ts';
import { writeRoot } from './message.ts';
import { responseHeader, type Throttled, throttledElements } from './response.ts';
import type { DeviceType } from './response-parts.ts';
import { deviceTypes } from './response-parts.ts';
import {
  choiceElement,
  dateTimeElement,
  euiElement,
  euiListElement,
  integerElement,
  requestIdElement,
  scheduleIdElement,
  textElement,
} from './values.ts';
import { element, elementText, type XmlElement } from './xml.ts';

export interface DccAlert {
  /** Operator first, User second. */
  readonly responseId: RequestId;
  readonly responseDateTime: Date;
  /** One of the 66, e.g. 'AD1'. */
  readonly alertCode: string;
  readonly throttled?: Throttled | undefined;
  /** One of the 24 kinds. */
  readonly alert: XmlElement;
}

/** Writes a DCC Alert. Throws DuisError for a code or kind that DUIS does not list. */
export function writeDccAlert({ responseId, responseDateTime, alertCode, throttled, alert }: DccAlert): string {
  if (!dccAlertKinds.some((kind) => kind === alert.name)) {
    throw new DuisError('duis.write.structure', `a DCCAlert holds no ${alert.name.slice(0, 40)}`);
  }
  const body = element('DCCAlertMessage', [
    choiceElement('DCCAlertCode', alertCode, dccAlertCodes),
    ...throttledElements(throttled),
    element('DCCAlert', [alert]),
  ]);
  return writeRoot('Response', responseHeader({ responseId, responseCode: DONE, responseDateTime }), elementText(body));
}

/** Which detector held a request: the User's own threshold, the Operator's, or a value outside its limits. */
export const breaches = ['ADUserThresholdBreach', 'ADDCCThresholdBreach', 'ADAttributeLimitsBreach'] as const;
export type Breach = (typeof breaches)[number];

/** The largest reference of a quarantine event: 20 digits, more than 64 bits hold. */
export const MAXIMUM_QUARANTINE_EVENT_REFERENCE = 99_999_999_999_999_999_999n;

/** A request was quarantined; the reference is quoted in the report and in the action file. */
export const quarantinedRequest = (breach: Breach, requestId: RequestId, eventReference: bigint): XmlElement =>
  element('QuarantinedRequest', [
    element(choiceElement(breach, breach, breaches).name, [
      requestIdElement('RequestID', requestId),
      integerElement('QuarantineEventRef', eventReference, 0n, MAXIMUM_QUARANTINE_EVENT_REFERENCE),
    ]),
  ]);

/** A home lost its power, as its communications hub told. */
export const powerOutageEvent = (communicationsHub: Eui, startDateTime: Date, mpxn: string): XmlElement =>
  element('PowerOutageEvent', [
    euiElement('CommsHubDeviceID', communicationsHub),
    dateTimeElement('StartDateTime', startDateTime),
    textElement('MPxN', mpxn, 1, 13),
  ]);

/** The MPxNs of a meter: import (MPAN or MPRN), and for some electricity meters a second import and an export MPAN. */
export interface MeterMpxns {
  readonly importMpxn: string;
  readonly secondaryImportMpan?: string;
  readonly exportMpan?: string;
}

const mpxnElements = (mpxns: MeterMpxns): (XmlElement | undefined)[] => [
  textElement('ImportMPxN', mpxns.importMpxn, 1, 13),
  mpxns.secondaryImportMpan === undefined
    ? undefined
    : textElement('SecondaryImportMPAN', mpxns.secondaryImportMpan, 13, 13),
  mpxns.exportMpan === undefined ? undefined : textElement('ExportMPAN', mpxns.exportMpan, 13, 13),
];

/** Changes of status that carry nothing further. */
const plainStatusChanges = [
  'DeviceRemovedFromInventory',
  'CHFDecommissioning',
  'DeviceSuspended',
  'DeviceRestored',
  'RecoveryComplete',
] as const;

export type StatusChange =
  | { readonly change: (typeof plainStatusChanges)[number] }
  | { readonly change: 'MeterIdentity' | 'MeterDecommissioningOrWithdrawal'; readonly mpxns: MeterMpxns };

function statusChangeElement(status: StatusChange): XmlElement {
  if (status.change === 'MeterIdentity') {
    return element('MeterIdentity', [element('MeterMPxNs', mpxnElements(status.mpxns))]);
  }
  if (status.change === 'MeterDecommissioningOrWithdrawal') {
    return element(status.change, [element('MeterDecommissionOrWithdrawal', mpxnElements(status.mpxns))]);
  }
  return element(choiceElement(status.change, status.change, plainStatusChanges).name);
}

/** A device changed its status. */
export const deviceStatusChangeEvent = (device: Eui, status: StatusChange): XmlElement =>
  element('DeviceStatusChangeEvent', [
    euiElement('DeviceID', device),
    element('DeviceStatusChange', [statusChangeElement(status)]),
  ]);

/** The Operator removed a schedule of a device. */
export const scheduleRemoval = (device: Eui, scheduleId: bigint | number): XmlElement =>
  element('DSPScheduleRemoval', [euiElement('DeviceID', device), scheduleIdElement('DSPScheduleID', scheduleId)]);

/** A command did not reach its device, or was not answered. */
export const commandFailure = (commandRequestId: RequestId, device: Eui, scheduleId?: bigint | number): XmlElement =>
  element('CommandFailure', [
    requestIdElement('CommandRequestID', commandRequestId),
    scheduleId === undefined ? undefined : scheduleIdElement('DSPScheduleID', scheduleId),
    euiElement('DeviceID', device),
  ]);

/** Meters that an 11.1 did not reach. */
export const firmwareDistributionFailure = (updateFirmwareRequestId: RequestId, meters: readonly Eui[]): XmlElement =>
  element('FirmwareDistributionFailure', [
    requestIdElement('UpdateFirmwareRequestID', updateFirmwareRequestId),
    euiListElement('MeterIDs', meters, MAXIMUM_DEVICES),
  ]);

/** The end of an 8.11. */
export const updateHanDeviceLogResult = (requestId: RequestId): XmlElement =>
  element('UpdateHANDeviceLogResult', [requestIdElement('UpdateHANDeviceLogServiceRequestID', requestId)]);

/** The end of a 6.23, told to the new supplier by its request and to the old one by the device. */
export type SupplierChange =
  | { readonly requestId: RequestId }
  | { readonly device: Eui; readonly type: DeviceType; readonly mpxns: MeterMpxns };

export const changeOfSupplier = (change: SupplierChange): XmlElement =>
  element('ChangeOfSupplier', [
    'requestId' in change
      ? requestIdElement('ChangeOfSupplierServiceRequestID', change.requestId)
      : element('DeviceChangeOfSupplier', [
          euiElement('DeviceID', change.device),
          choiceElement('DeviceType', change.type, deviceTypes),
          element('MPxNs', mpxnElements(change.mpxns)),
        ]),
  ]);
