import {
  deleteScheduleBody,
  readScheduleBody,
  requestWanMatrixBody,
  requireEui,
  updateFirmwareBody,
  updatePpmidFirmwareBody,
  writeRequest,
  type XmlElement,
} from '@penstock/duis';
import { OPERATOR_ID } from './parties.ts';
import { prepareTemplate, type Template } from './templates.ts';

/**
 * Requests of the five services that the templates package has no template for, by the writers of packages/duis and
 * with the package's own stand-ins for devices, so that they are cut at the same places.
 */

const IMAGE = Buffer.from([0]);
const METER = requireEui('00-DB-12-34-56-78-90-A0');
const DISPLAY = requireEui('00-DB-12-34-56-78-90-A4');
const ORIGINATOR = requireEui('90-B3-D5-1F-30-01-00-00');

const bodies: readonly (readonly [srv: string, body: XmlElement])[] = [
  ['5.2', readScheduleBody({ scheduleId: 1 })],
  ['5.3', deleteScheduleBody({ scheduleId: 1 })],
  ['11.1', updateFirmwareBody({ image: IMAGE, version: '00020131', devices: [METER] })],
  ['11.4', updatePpmidFirmwareBody({ image: IMAGE, version: '01020006', devices: [DISPLAY] })],
  ['12.1', requestWanMatrixBody({ postCode: 'AB1 2CD', addressIdentifier: '12' })],
];

/** One template for each service that has none. */
export function ownTemplates(): Template[] {
  const requestId = { originator: ORIGINATOR, target: OPERATOR_ID, counter: 1n };
  return bodies.map(([srv, body]) => {
    const xml = writeRequest({ requestId, commandVariant: 8, serviceReferenceVariant: srv }, body);
    return prepareTemplate(`own ${srv}`, xml);
  });
}
