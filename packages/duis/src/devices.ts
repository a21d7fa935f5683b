/**
 * Every device that a message concerns: its target and those named in its body. The audit record finds titles through
 * this, so what is missed here is invisible to those who may see it.
 *
 * How it is known what names a device: every element of the schema whose type is an EUI-64, a list of them or a
 * RequestID is classified below by its name; a test derives those elements from the schema and fails when one is not
 * here, or when one name stands for two things. What it does not see: a Signed Pre-Command and a GBCS payload are
 * opaque, so a signed join names its target only; the other device is in the request that was transformed before.
 */
import { catalogue } from './catalogue/catalogue.ts';
import { DuisError } from './errors.ts';
import { type Eui, parseEui, parseRequestId, type RequestId } from './identifiers.ts';
import type { Element, MessageContent, RequestContent, ResponseContent } from './message.ts';

/**
 * What an element of type EUI, list of EUIs or RequestID stands for.
 * `device`, `devices`: one device, or a list joined by commas.
 * `exchange`: the RequestID of an earlier request; its target is a device unless it is the Operator.
 * `party`: a User or another remote party, or an identifier that says nothing about a device.
 */
export type NamedThing = 'device' | 'devices' | 'exchange' | 'party';

const namesOf = (thing: NamedThing, names: string): [string, NamedThing][] =>
  names
    .trim()
    .split(/\s+/)
    .map((name) => [name, thing]);

/**
 * The classification by local name. The header's own RequestID, PrecedingServiceRequestID and ResponseID are not here.
 * BusinessOriginatorID is the device: the schema's remarks say so, and that BusinessTargetID is the User or Operator.
 */
export const namedThings: ReadonlyMap<string, NamedThing> = new Map([
  ...namesOf(
    'device',
    `DeviceID OtherDeviceID OldCHFID OldGPFID HCALCS AssociatedGPFDeviceID
     CommsHubDeviceID OldCHFDeviceID NewCHFDeviceID OldGPFDeviceID NewGPFDeviceID PPMIDDeviceID CHFDeviceID
     DeviceIDToSuspend ESMEDeviceID TargetDeviceID DeviceIdentifier HCALCSID BusinessOriginatorID`,
  ),
  ...namesOf(
    'devices',
    `DeviceIDList InvalidDeviceIDList NotCommissionedDeviceIDList NotApplicableFirmwareDeviceIDList
     OtherRequestInProgressList InvalidGBCSVersionList MeterIDs DeviceList`,
  ),
  ...namesOf(
    'exchange',
    `OriginalRequestID RequestID CommandRequestID UpdateFirmwareRequestID UpdateHANDeviceLogServiceRequestID
     ChangeOfSupplierServiceRequestID`,
  ),
  ...namesOf('party', `BusinessTargetID SupplementaryRemotePartyID ExistingRemotePartyID NewRemotePartyID AlertID`),
]);

/**
 * The body elements of requests that name devices: 23 of 129 variants can (20 do in the real templates). All others
 * are not walked: a tariff has hundreds of elements and names none.
 */
export const requestBodiesNamingDevices: ReadonlySet<string> = new Set(
  `CreateSchedule ReadSchedule DeleteSchedule UpdateDeviceConfigurationALCScheduler ReadInventory DecommissionDevice
   UpdateInventory ServiceOptIn JoinServiceCritical JoinServiceNonCritical UnjoinServiceCritical
   UnjoinServiceNonCritical UpdateHANDeviceLog RestoreHANDeviceLog RestoreGPFDeviceLog ReturnLocalCommandResponse
   CHFInstallSuccessSMWAN CHFInstallSuccessNoSMWAN CHFFaultReturn CHFNoFaultReturn UpdateFirmware UpdatePPMIDFirmware
   DevicePrenotification`
    .trim()
    .split(/\s+/),
);

/** The largest list that DUIS allows, by the length of DeviceIDList (1,199,999 characters). */
export const MAXIMUM_DEVICES = 50_000;

/** A request goes to a device unless its variant is a non-device one, which goes to the Operator. */
const targetsDevice = (srv: string, commandVariant?: number): boolean =>
  commandVariant !== 8 && catalogue.get(srv)?.nonDevice !== true;

function targetOfRequest(request: RequestContent): Eui | undefined {
  const { serviceReferenceVariant, commandVariant, requestId } = request;
  return targetsDevice(serviceReferenceVariant, commandVariant) ? requestId.target : undefined;
}

/** The device that a response or device alert comes from; a DCC Alert comes from the Operator, so from none. */
function sourceOfResponse(response: ResponseContent): Eui | undefined {
  const { body } = response;
  if (body.name === 'DCCAlertMessage') return undefined;
  const srv = body.child('ServiceReferenceVariant')?.text();
  if (srv !== undefined && !targetsDevice(srv)) return undefined;
  return response.responseId?.originator ?? response.requestId?.target;
}

/**
 * The devices that a message concerns, each once: its target (of a request) or source (of a response or device alert)
 * first, when that is a device, then those named in the body in their order. Throws DuisError 'duis.rule.device' when
 * an element that must name a device does not hold an EUI-64, or when more than 50,000 are named.
 */
export function devicesConcerned(message: MessageContent): Eui[] {
  const devices = new Set<Eui>();
  const main = message.type === 'request' ? targetOfRequest(message) : sourceOfResponse(message);
  if (main !== undefined) devices.add(main);
  const named = message.type === 'response' || requestBodiesNamingDevices.has(message.body.name);
  if (named) {
    const ends = endsOf(message);
    for (const element of message.body.descendants()) addDevices(element, ends, devices);
  }
  if (devices.size > MAXIMUM_DEVICES + 1) {
    throw new DuisError('duis.rule.device', `the message names ${devices.size} devices`);
  }
  return [...devices];
}

/** The two ends of the message's own exchange: User and Operator, or User and device. */
function endsOf(message: MessageContent): ReadonlySet<Eui> {
  const ids = message.type === 'request' ? [message.requestId] : [message.requestId, message.responseId];
  const known = ids.filter((id): id is RequestId => id !== undefined);
  return new Set(known.flatMap((id) => [id.originator, id.target]));
}

function addDevices(element: Element, ends: ReadonlySet<Eui>, devices: Set<Eui>): void {
  const thing = namedThings.get(element.name);
  if (thing === undefined || thing === 'party') return;
  // the signature of a SMETS1 producer may hold elements of any namespace
  if (element.namespace !== 'sr' && element.namespace !== 'ra') return;
  // xs:token: the schema takes white space around an EUI, and a device must not hide behind it
  const text = element.text().trim();
  if (thing === 'device') devices.add(requireDevice(element, text));
  else if (thing === 'devices') for (const each of text.split(',')) devices.add(requireDevice(element, each.trim()));
  else addTarget(element, text, ends, devices);
}

function requireDevice(element: Element, text: string): Eui {
  const eui = parseEui(text);
  if (eui !== undefined) return eui;
  throw new DuisError('duis.rule.device', `${element.name} holds '${text.slice(0, 40)}', which is not an EUI-64`);
}

/**
 * The target of a quoted request is a device, unless the quoted request went to the Operator. The Operator is then an
 * end of this message too (8.13 is sent to it, alerts come from it), so ends are left out. A message without any
 * identifier in its header does not tell, and the quoted request's own target is taken.
 */
function addTarget(element: Element, text: string, ends: ReadonlySet<Eui>, devices: Set<Eui>): void {
  const id = parseRequestId(text);
  if (id === undefined) throw new DuisError('duis.rule.device', `${element.name} is not a RequestID`);
  if (!ends.has(id.target)) devices.add(id.target);
}
