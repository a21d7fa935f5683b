import { describe, expect, it } from 'vitest';
import { catalogue } from '../catalogue/catalogue.ts';
import { responseCodes } from '../codes/responses.ts';
import { devicesConcerned } from '../devices.ts';
import { DuisError } from '../errors.ts';
import { DEVICE, OTHER_DEVICE, readResponse, toDevice, toOperator } from '../testing/example-messages.ts';
import { expectSchemaValid, needsOfficialFiles } from '../testing/official-files.ts';
import { bytes, expectValid, fromDevice, when } from '../testing/writing.ts';
import { writeAcknowledgement, writeErrorResponse, writePreCommandResponse, writeResponse } from './response.ts';
import * as parts from './response-parts.ts';
import { element, type XmlElement } from './xml.ts';

const answered = (serviceReferenceVariant: string, requestId = toDevice) => ({
  requestId,
  serviceReferenceVariant,
  responseDateTime: when,
});
const leaf = (name: string, text: string) => element(name, text);

describe('responses', () => {
  it('are checked by the official schema', needsOfficialFiles);

  it('writes an acknowledgement of every variant', () => {
    for (const variant of catalogue.values()) {
      const written = writeAcknowledgement(answered(variant.srv));
      expectSchemaValid(written);
      const read = readResponse(written);
      expect(read).toMatchObject({ responseCode: 'I99', requestId: toDevice });
      expect(read.responseId).toBeUndefined();
      expect([...read.body.children()].map((child) => child.text())).toEqual([variant.serviceReference, variant.srv]);
    }
    expectValid(writeAcknowledgement(answered('4.18')));
  });

  it('writes each acknowledgement as an error is written, but for its code, the first and every other', () => {
    for (const { srv } of catalogue.values()) {
      for (const [requestId, responseDateTime] of [
        [toDevice, when],
        [toOperator, new Date(0)],
        [toDevice, new Date(253_402_300_799_999)],
      ] as const) {
        const to = { requestId, responseDateTime, serviceReferenceVariant: srv };
        expect(writeAcknowledgement(to)).toBe(writeErrorResponse(to, 'E21').replace('>E21<', '>I99<'));
      }
      expect(() => writeAcknowledgement({ ...answered(srv), responseDateTime: new Date(Number.NaN) })).toThrow(
        DuisError,
      );
    }
  });

  it('writes every error code, and refuses what is none', () => {
    for (const { code, class: kind } of responseCodes.values()) {
      if (kind !== 'E') expect(() => writeErrorResponse(answered('4.18'), code)).toThrow(DuisError);
      else expect(readResponse(writeErrorResponse(answered('4.18'), code)).responseCode).toBe(code);
    }
    expectValid(writeErrorResponse(answered('4.18'), 'E21'));
    expect(() => writeErrorResponse(answered('4.18'), 'E9999')).toThrow(DuisError);
    expect(() => writeAcknowledgement(answered('4.99'))).toThrow(DuisError);
  });

  const inventory = { device: DEVICE, type: 'ESME', manufacturer: 'A & B', model: '' } as const;
  const full = { ...inventory, status: 'Commissioned', firmwareVersion: '1', importMpxn: '1234567890123' } as const;
  const list = [DEVICE, OTHER_DEVICE];
  const warning = {
    invalid: list,
    notCommissioned: list,
    notApplicableFirmware: list,
    otherRequestInProgress: list,
    invalidGbcsVersion: list,
  };
  const certificate = leaf('DSPBrokerSecurityCredentialsKeyAgreement', 'AA==');
  const schedule = element('DSPScheduleDetails', [
    leaf('ScheduleFrequency', 'Daily'),
    leaf('ScheduleStartDate', '2026-11-22'),
    leaf('DSPScheduledServiceReference', '4.16'),
    leaf('DSPScheduledServiceReferenceVariant', '4.16'),
    leaf('DeviceID', DEVICE),
    element('DSPReadActivePowerImport'),
  ]);
  const matrix = element('DSPWANMatrix', [
    element('Request', [leaf('UPRN', '1')]),
    element('DSPWANMatrixResponse', [leaf('CSPRegion', '4G North'), leaf('CSPRegionResponseCode', 'I0')]),
  ]);
  const dated = element('FutureDatedDeviceAlertMessage', [
    leaf('FutureDatedAlertCode', '8F66'),
    leaf('GBCSPayload', 'AA=='),
    leaf('InstructionNumber', '1'),
    leaf('TotalCommandInstructions', '2'),
  ]);
  const responses: [string, XmlElement, string, boolean][] = [
    ['4.18', parts.gbcsPayloadPart(bytes), 'GBCSPayload', true],
    ['4.18', parts.localCommandPart(bytes), 'LocalCommand', false],
    ['5.1', parts.scheduleIdPart(7), 'DSPScheduleID', false],
    ['4.16', parts.scheduledMessagePart(bytes, 7n), 'DSPScheduledMessage', true],
    ['8.2', parts.inventoryPart([inventory, full]), 'DSPInventory', false],
    ['11.1', parts.firmwareWarningPart(warning), 'DSPUpdateFirmwareWarning', false],
    [
      '11.4',
      element('DSPUpdatePPMIDFirmwareWarning', [leaf('InvalidDeviceIDList', DEVICE)]),
      'DSPUpdatePPMIDFirmwareWarning',
      false,
    ],
    [
      '9.1',
      element('CINMessage', [leaf('GBCSPayload', 'AA=='), leaf('CustomerIdentificationNumber', '0123')]),
      'CINMessage',
      true,
    ],
    ['8.6', element('DSPOptIn', [leaf('DeviceID', DEVICE), certificate]), 'DSPOptIn', false],
    [
      '5.2',
      element('DSPSchedulesRead', [element('DSPSchedules', [leaf('DSPScheduleID', '7'), schedule])]),
      'DSPSchedulesRead',
      false,
    ],
    ['12.1', matrix, 'DSPWANMatrix', false],
    ['1.1.1', dated, 'FutureDatedDeviceAlertMessage', true],
  ];
  it.each(responses)('writes a response to %s with its part', (srv, part, name, byDevice) => {
    const written = writeResponse(answered(srv), part);
    expectValid(written);
    const read = readResponse(written);
    expect([...read.body.children()].map((child) => child.name)).toEqual([
      'ServiceReference',
      'ServiceReferenceVariant',
      name,
    ]);
    expect(read.responseId).toEqual(byDevice ? fromDevice : undefined);
  });

  it('writes a Pre-Command, a plain response and a warning', () => {
    const written = writePreCommandResponse(answered('7.1'), '4.3', bytes);
    expectValid(written);
    expect(readResponse(written).body.child('PreCommand')?.child('GBCSPayload')?.text()).toBe('3wkB/w==');
    expectValid(writeResponse(answered('8.3', toOperator)));
    const warned = writeResponse(
      answered('11.1', toOperator),
      parts.firmwareWarningPart({ invalid: [DEVICE] }),
      'W110101',
    );
    expectValid(warned);
    expect(devicesConcerned(readResponse(warned))).toEqual([DEVICE]);
  });

  it('refuses parts that a response does not have, and lists out of bounds', () => {
    expect(() => writeResponse(answered('8.2'), element('Inventory'))).toThrow(DuisError);
    expect(() => parts.inventoryPart([])).toThrow(DuisError);
    expect(() => parts.inventoryPart(Array.from({ length: 18 }, () => inventory))).toThrow(DuisError);
  });
});
