import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalogue, SIGNED_PRE_COMMAND } from '../catalogue/catalogue.ts';
import { dccAlertCodes, dccAlertKinds } from '../codes/dcc-alerts.ts';
import { responseCodes } from '../codes/responses.ts';
import { devicesConcerned } from '../devices.ts';
import { DuisError } from '../errors.ts';
import { type Eui, formatRequestId, MAXIMUM_COUNTER, type RequestId, responseIdOf } from '../identifiers.ts';
import { signMessage } from '../signature/sign.ts';
import { verifySignature } from '../signature/verify.ts';
import {
  DEVICE,
  eui,
  OTHER_DEVICE,
  readRequest,
  readResponse,
  toDevice,
  toOperator,
} from '../testing/example-messages.ts';
import { hasOfficialFiles, requestTemplates, schemaComplaint, withoutSignature } from '../testing/official-files.ts';
import * as write from './dcc-alert.ts';
import { writeRequest, writeSignedPreCommand } from './request.ts';
import * as bodies from './request-bodies.ts';
import {
  writeAcknowledgement,
  writeDeviceAlert,
  writeErrorResponse,
  writePreCommandResponse,
  writeResponse,
} from './response.ts';
import * as parts from './response-parts.ts';
import { writeSmets1Response, writeSmets1SignedResponse } from './smets1.ts';
import { element, type XmlElement } from './xml.ts';

const when = new Date('2026-11-22T02:47:26.123Z');
const bytes = Uint8Array.of(0xdf, 0x09, 0x01, 0xff);
const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const signer = { privateKey, issuer: 'CN=Z1,OU=07', serial: '123456789012345678901234567890123456789' };

/** Valid by the official schema (where it is there), unsigned and signed, compact, and read back without a complaint. */
function expectValid(text: string): void {
  expect(text).not.toMatch(/>\s+</);
  expect(text).not.toContain('undefined');
  const signed = signMessage(text, signer);
  if (!hasOfficialFiles) return;
  expect(schemaComplaint(text)).toBeUndefined();
  expect(schemaComplaint(signed)).toBeUndefined();
}

const toUser: RequestId = responseIdOf(toOperator);
const fromDevice: RequestId = responseIdOf(toDevice);
const answered = (serviceReferenceVariant: string, requestId = toDevice) => ({
  requestId,
  serviceReferenceVariant,
  responseDateTime: when,
});
const leaf = (name: string, text: string) => element(name, text);

describe('requests', () => {
  it.each([...catalogue.values()].filter((variant) => variant.critical).map((variant) => variant.srv))(
    'writes a Signed Pre-Command of %s',
    (srv) => {
      for (const commandVariant of [5, 6, 7] as const) {
        const written = writeSignedPreCommand(
          { requestId: toDevice, commandVariant, serviceReferenceVariant: srv },
          bytes,
        );
        expectValid(written);
        const read = readRequest(written);
        expect(read.body.name).toBe(SIGNED_PRE_COMMAND);
        expect(Buffer.from(read.body.child('GBCSPayload')?.text() ?? '', 'base64')).toEqual(Buffer.from(bytes));
      }
    },
  );

  it('dates a Signed Pre-Command into the future, and knows sequences', () => {
    const sequence = { firstInSequence: false, precedingRequestId: { ...toDevice, counter: MAXIMUM_COUNTER } };
    const header = { requestId: toDevice, commandVariant: 5, serviceReferenceVariant: '1.1.1', ...sequence } as const;
    const written = writeSignedPreCommand(header, bytes, when);
    expectValid(written);
    expect(readRequest(written)).toMatchObject(sequence);
    expect(readRequest(written).body.child('ExecutionDateTime')?.text()).toBe('2026-11-22T02:47:26.123Z');
  });

  it('writes no Signed Pre-Command of what is not critical or not of a signed Command Variant', () => {
    const header = { requestId: toDevice, commandVariant: 5, serviceReferenceVariant: '4.1.1' } as const;
    expect(() => writeSignedPreCommand(header, bytes)).toThrow(DuisError);
    const unsigned = { ...header, serviceReferenceVariant: '7.1', commandVariant: 4 as 5 };
    expect(() => writeSignedPreCommand(unsigned, bytes)).toThrow(DuisError);
  });

  const untemplated: [string, XmlElement][] = [
    ['5.2', bodies.readScheduleBody({ scheduleId: 1_000_000_000_000n })],
    ['5.2', bodies.readScheduleBody({ device: DEVICE })],
    ['5.3', bodies.deleteScheduleBody({ scheduleId: 0 })],
    ['5.3', bodies.deleteScheduleBody({ device: DEVICE })],
    ['11.1', bodies.updateFirmwareBody({ image: bytes, version: '12345678', devices: [DEVICE, OTHER_DEVICE] })],
    ['11.4', bodies.updatePpmidFirmwareBody({ image: bytes, version: '1', devices: [DEVICE] })],
    ['12.1', bodies.requestWanMatrixBody({ uprn: 999_999_999_999n })],
    ['12.1', bodies.requestWanMatrixBody({ postCode: 'M22 0RR', addressIdentifier: '<5> & "Sons"' })],
  ];
  it.each(untemplated)('writes %s, which has no template', (srv, body) => {
    const written = writeRequest({ requestId: toOperator, commandVariant: 8, serviceReferenceVariant: srv }, body);
    expectValid(written);
    expect(catalogue.get(srv)?.bodyElements).toEqual([readRequest(written).body.name]);
  });

  it('takes the body of every real template as text, so that with the five above all 129 can be sent', () => {
    const sent = new Set(untemplated.map(([srv]) => srv));
    for (const template of hasOfficialFiles ? requestTemplates() : []) {
      const original = readRequest(withoutSignature(template.text));
      const xml = /<sr:Body>([\s\S]*)<\/sr:Body>/.exec(withoutSignature(template.text))?.[1]?.trim() ?? '';
      const written = writeRequest(original, { xml });
      expect(schemaComplaint(written), template.name).toBeUndefined();
      expect(devicesConcerned(readRequest(written))).toEqual(devicesConcerned(original));
      sent.add(original.serviceReferenceVariant);
    }
    if (hasOfficialFiles) expect(sent.size).toBe(129);
  });

  const ok = '<sr:ReadMeterBalance/>';
  const signature = '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>';
  it.each([
    '',
    ok + ok,
    `${ok}</sr:Body><sr:Body>${ok}`,
    '<!-- -->',
    `${ok}</sr:Body></sr:Request>`,
    '<sr:A>',
    '<x/>',
    signature,
    `${ok}</sr:Body>${signature}<sr:Body>`,
    `<!DOCTYPE a>${ok}`,
    '&x;',
  ])('refuses the text %j as a body', (xml) => {
    const header = { requestId: toDevice, commandVariant: 1, serviceReferenceVariant: '4.18' };
    expect(() => writeRequest(header, { xml })).toThrow(DuisError);
  });
});

describe('responses', () => {
  it('writes an acknowledgement of every variant', () => {
    for (const variant of catalogue.values()) {
      const written = writeAcknowledgement(answered(variant.srv));
      if (hasOfficialFiles) expect(schemaComplaint(written)).toBeUndefined();
      const read = readResponse(written);
      expect(read).toMatchObject({ responseCode: 'I99', requestId: toDevice });
      expect(read.responseId).toBeUndefined();
      expect([...read.body.children()].map((child) => child.text())).toEqual([variant.serviceReference, variant.srv]);
    }
    expectValid(writeAcknowledgement(answered('4.18')));
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

describe('alerts', () => {
  const mpxns = { importMpxn: '1234567890123', secondaryImportMpan: '1234567890124', exportMpan: '1234567890125' };
  const id = formatRequestId(toDevice);
  const device = leaf('DeviceID', DEVICE);
  const version = leaf('FirmwareVersion', '1');
  const hub = leaf('CommsHubDeviceID', DEVICE);
  const swap = ['OldCHFDeviceID', 'NewCHFDeviceID', 'OldGPFDeviceID', 'NewGPFDeviceID'].map((name) =>
    leaf(name, DEVICE),
  );
  const at = '2026-11-22T00:00:00Z';
  const s1spSigned = () => {
    const alert = `<sr:S1SPAlert xmlns:sr="http://www.dccinterface.co.uk/ServiceUserGateway" schemaVersion="5.4"><sr:S1SPAlertCode>S1</sr:S1SPAlertCode><sr:DateTime>${at}</sr:DateTime></sr:S1SPAlert>`;
    return signMessage(alert, signer).toString();
  };

  const alerts: XmlElement[] = [
    write.powerOutageEvent(DEVICE, when, '1234567890123'),
    write.deviceStatusChangeEvent(DEVICE, { change: 'MeterIdentity', mpxns }),
    write.deviceStatusChangeEvent(DEVICE, { change: 'MeterDecommissioningOrWithdrawal', mpxns: { importMpxn: '1' } }),
    ...(
      [
        'DeviceRemovedFromInventory',
        'CHFDecommissioning',
        'DeviceSuspended',
        'DeviceRestored',
        'RecoveryComplete',
      ] as const
    ).map((change) => write.deviceStatusChangeEvent(DEVICE, { change })),
    write.scheduleRemoval(DEVICE, 7),
    write.commandFailure(toDevice, DEVICE),
    write.commandFailure(toDevice, DEVICE, 7n),
    write.firmwareDistributionFailure(toOperator, [DEVICE, OTHER_DEVICE]),
    write.updateHanDeviceLogResult(toDevice),
    write.changeOfSupplier({ requestId: toDevice }),
    write.changeOfSupplier({ device: DEVICE, type: 'ESME', mpxns }),
    ...write.breaches.map((breach) =>
      write.quarantinedRequest(breach, toDevice, write.MAXIMUM_QUARANTINE_EVENT_REFERENCE),
    ),
    // those that nothing here raises, made with `element`
    element('DeviceLogRestored', [leaf('RestoredDate', '2026-11-22'), element('CHFDeviceLog', swap)]),
    element('PPMIDAlert', [device, leaf('DeviceAlertCode', '8F72')]),
    element('SecurityCredentialsUpdated', [
      device,
      leaf('RemotePartyRole', 'Supplier'),
      element('Certificates', [leaf('CertificateType', 'DigitalSigning'), leaf('CertificateHash', 'AA==')]),
    ]),
    element('PPMIDRemoval', [leaf('PPMIDDeviceID', DEVICE), leaf('CHFDeviceID', OTHER_DEVICE)]),
    element('FirmwareVersionMismatch', [
      device,
      leaf('DeviceType', 'ESME'),
      leaf('FirmwareVersionSMI', '1'),
      leaf('FirmwareVersionDevice', '2'),
    ]),
    element('DualBandCHAlert', [
      leaf('CHFDeviceID', DEVICE),
      leaf('DeviceAlertCode', '8F20'),
      element('LimitedDutyCycleActionTaken', [leaf('DeviceIDToSuspend', OTHER_DEVICE)]),
    ]),
    element('SMETS1CHFirmwareNotification', [device, version, leaf('FirmwareVersionUpdateStatus', 'UpdateRequested')]),
    element('ALCSHCALCSConfigurationChange', [leaf('ESMEDeviceID', DEVICE)]),
    element('FirmwareUpgradeRequested', [
      leaf('DeviceType', 'ESME'),
      version,
      leaf('DeviceList', `${DEVICE},${OTHER_DEVICE}`),
    ]),
    element('CSPFirmwareDeliveryStatus', [
      leaf('UpdateFirmwareRequestID', id),
      hub,
      leaf('TargetDeviceID', OTHER_DEVICE),
      version,
      leaf('TimeStamp', at),
      leaf('CommsHubTransferStatus', 'Success'),
    ]),
    element('CommsHubAlert', [hub, leaf('AlertCode', '8F8A')]),
    element('ECoSAlert', [leaf('AlertID', id), leaf('ECoSAlertCode', 'E1'), device]),
    element('CommsHubFirmwareActivation', [device, version]),
    element('CoSCertificateAlert', [device]),
    element('DUISVersionMismatch', [
      element('DCCAlertVersionMismatch', [leaf('DCCAlertCode', 'N999')]),
      leaf('ServiceUserDUISVersion', '5.0'),
    ]),
  ];
  const frame = { responseId: toUser, responseDateTime: when, alertCode: 'N1' };

  it.each(alerts.map((alert) => [alert.name, alert] as const))('writes a DCC Alert of %s', (_name, alert) => {
    const written = write.writeDccAlert({ ...frame, alert });
    expectValid(written);
    const read = readResponse(written);
    expect(read.body.name).toBe('DCCAlertMessage');
    expect([...(read.body.child('DCCAlert')?.children() ?? [])].map((child) => child.name)).toEqual([alert.name]);
  });

  it('writes the one kind that carries somebody else’s signature as the schema wants it', () => {
    // S1SPAlertDSP cannot be made with `element`: what the S1SP signed is put in as text
    const kinds = new Set([...alerts.map((alert) => alert.name), 'S1SPAlertDSP']);
    expect([...kinds].sort()).toEqual([...dccAlertKinds].sort());
    const placeholder = element('S1SPAlertDSP');
    const written = write.writeDccAlert({ ...frame, alert: placeholder });
    const wrapped = written.replace('<sr:S1SPAlertDSP/>', `<sr:S1SPAlertDSP>${s1spSigned()}</sr:S1SPAlertDSP>`);
    expectValid(wrapped);
  });

  it('writes all 66 codes and refuses others, and kinds that are none', () => {
    const alert = write.commandFailure(toDevice, DEVICE);
    for (const alertCode of dccAlertCodes) {
      const written = write.writeDccAlert({ ...frame, alertCode, alert });
      expect(readResponse(written).body.child('DCCAlertCode')?.text()).toBe(alertCode);
    }
    expect(() => write.writeDccAlert({ ...frame, alertCode: 'N32', alert })).toThrow(DuisError);
    expect(() => write.writeDccAlert({ ...frame, alert: element('Other') })).toThrow(DuisError);
  });

  it('keeps all 20 digits of a quarantine reference and refuses the 21st', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: write.MAXIMUM_QUARANTINE_EVENT_REFERENCE }), (reference) => {
        const alert = write.quarantinedRequest('ADUserThresholdBreach', toDevice, reference);
        const read = readResponse(write.writeDccAlert({ ...frame, alert }));
        const [written] = read.body.descendants('QuarantineEventRef');
        expect(written?.text()).toBe(reference.toString());
      }),
    );
    const outside = [-1n, write.MAXIMUM_QUARANTINE_EVENT_REFERENCE + 1n];
    for (const reference of outside) {
      expect(() => write.quarantinedRequest('ADUserThresholdBreach', toDevice, reference)).toThrow(DuisError);
    }
  });

  it('writes device alerts, throttled or not', () => {
    const alert = { responseId: fromDevice, responseDateTime: when, alertCode: '8f3f', gbcsPayload: bytes };
    expectValid(writeDeviceAlert(alert));
    const throttled = writeDeviceAlert({ ...alert, throttled: { sequenceId: 4_294_967_295, count: 0 } });
    expectValid(throttled);
    const read = readResponse(throttled);
    expect([...read.body.children()].map((child) => child.text())).toEqual(['8F3F', '4294967295', '0', '3wkB/w==']);
    expect(devicesConcerned(read)).toEqual([DEVICE]);
    expectValid(
      write.writeDccAlert({
        ...frame,
        throttled: { sequenceId: 1, count: 99 },
        alert: write.commandFailure(toDevice, DEVICE),
      }),
    );
    for (const wrong of [
      { sequenceId: -1, count: 0 },
      { sequenceId: 1.5, count: 0 },
      { sequenceId: 0, count: 2 ** 32 },
    ]) {
      expect(() => writeDeviceAlert({ ...alert, throttled: wrong })).toThrow(DuisError);
    }
    for (const alertCode of ['', '8F3', '8F3FF', 'XXXX'])
      expect(() => writeDeviceAlert({ ...alert, alertCode })).toThrow(DuisError);
    expect(() => writeDeviceAlert({ ...alert, gbcsPayload: new Uint8Array() })).toThrow(DuisError);
  });
});

describe('SMETS1 messages', () => {
  const frame = { responseId: fromDevice, responseDateTime: when };
  const inner = (kind: 'ResponseMessage' | 'DeviceAlertMessage') =>
    signMessage(writeSmets1SignedResponse(fromDevice, kind), signer).toString();

  it('wraps what the S1SP signed', () => {
    const answer = {
      ...frame,
      requestId: toDevice,
      serviceReferenceVariant: '4.18',
      signedResponse: inner('ResponseMessage'),
    };
    expectValid(writeSmets1Response(answer));
    expect(devicesConcerned(readResponse(writeSmets1Response(answer)))).toEqual([DEVICE]);
    const alert = { ...frame, throttled: { sequenceId: 1, count: 2 }, signedResponse: inner('DeviceAlertMessage') };
    expectValid(writeSmets1Response(alert));
  });

  it('signs and verifies the outer message with the inner signature in it', () => {
    const written = writeSmets1Response({ ...frame, signedResponse: inner('ResponseMessage') });
    const signed = readResponse(signMessage(written, signer).toString());
    expect(verifySignature(signed.signature, publicKey)).toEqual({ ok: true });
  });

  it.each(['', 'x', '<sr:Other/>'])('refuses %j as what was signed', (signedResponse) => {
    expect(() => writeSmets1Response({ ...frame, signedResponse })).toThrow(DuisError);
  });

  it('refuses what ends its element and goes on', () => {
    const twice = inner('ResponseMessage').repeat(2);
    expect(() => writeSmets1Response({ ...frame, signedResponse: twice })).toThrow(DuisError);
  });
});

describe('hostile values', () => {
  it('come back as they were, or are refused, and never become structure', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.string({ unit: fc.constantFrom(...'<>&"\'\r\n\t]!-?x\u0000\u001f\ud800\uffff '), maxLength: 30 }),
    );
    const header = { requestId: toOperator, commandVariant: 8, serviceReferenceVariant: '12.1' };
    fc.assert(
      fc.property(text, (addressIdentifier) => {
        let written: string;
        try {
          written = writeRequest(header, bodies.requestWanMatrixBody({ postCode: 'M22 0RR', addressIdentifier }));
        } catch (error) {
          expect(error).toMatchObject({ code: 'duis.write.value' });
          return;
        }
        const read = readRequest(written);
        const [address] = read.body.descendants('AddressIdentifier');
        expect(address?.text()).toBe(addressIdentifier);
        expect([...read.body.descendants()]).toHaveLength(3);
        if (hasOfficialFiles) expect(schemaComplaint(written)).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });

  const hostile = '</sr:RequestID><sr:RequestID>' as Eui;
  it('are refused where an EUI-64, a RequestID, a number, an instant or a name is due', () => {
    const header = { requestId: { ...toDevice, target: hostile }, commandVariant: 1, serviceReferenceVariant: '4.18' };
    expect(() => writeRequest(header, element('ReadMeterBalance'))).toThrow(DuisError);
    for (const counter of [-1n, MAXIMUM_COUNTER + 1n]) {
      expect(() =>
        writeRequest({ ...header, requestId: { ...toDevice, counter } }, element('ReadMeterBalance')),
      ).toThrow(DuisError);
    }
    for (const commandVariant of [0, 10, 1.5, Number.NaN]) {
      expect(() =>
        writeRequest({ ...header, requestId: toDevice, commandVariant }, element('ReadMeterBalance')),
      ).toThrow(DuisError);
    }
    expect(() => bodies.readScheduleBody({ device: hostile })).toThrow(DuisError);
    expect(() => bodies.updateFirmwareBody({ image: bytes, version: '1', devices: [] })).toThrow(DuisError);
    expect(() =>
      bodies.updateFirmwareBody({ image: new Uint8Array(10_240_001), version: '1', devices: [DEVICE] }),
    ).toThrow(DuisError);
    expect(() => bodies.requestWanMatrixBody({ postCode: 'M', addressIdentifier: '' })).toThrow(DuisError);
    expect(() => write.powerOutageEvent(DEVICE, new Date(Number.NaN), '1')).toThrow(DuisError);
    expect(() => write.powerOutageEvent(DEVICE, new Date(8.64e15), '1')).toThrow(DuisError);
    for (const name of ['a b', 'x><y', '', 'ds:Signature', '1']) {
      expect(() => writeRequest({ ...header, requestId: toDevice }, element(name)), name).toThrow(DuisError);
    }
    expect(() => writeRequest({ ...header, requestId: toDevice }, element('A', '', { 'b="c" d': '' }))).toThrow(
      DuisError,
    );
  });

  it('reads back every header that can be written', () => {
    const anyEui = fc.uint8Array({ minLength: 8, maxLength: 8 }).map((each) => eui(Buffer.from(each).toString('hex')));
    const anyId = fc.record({
      originator: anyEui,
      target: anyEui,
      counter: fc.bigInt({ min: 0n, max: MAXIMUM_COUNTER }),
    });
    const header = fc.record(
      {
        requestId: anyId,
        firstInSequence: fc.boolean(),
        precedingRequestId: anyId,
        commandVariant: fc.integer({ min: 1, max: 9 }),
        serviceReferenceVariant: fc.constantFrom(...catalogue.keys()),
      },
      { requiredKeys: ['requestId', 'commandVariant', 'serviceReferenceVariant'] },
    );
    fc.assert(
      fc.property(header, (each) => {
        const body = element(catalogue.get(each.serviceReferenceVariant)?.bodyElements[0] ?? '');
        const read = readRequest(writeRequest(each, body));
        expect(read).toMatchObject({ ...each, schemaVersion: '5.4' });
        expect(read.serviceReference).toBe(catalogue.get(each.serviceReferenceVariant)?.serviceReference);
        expect(read.body.name).toBe(body.name);
      }),
    );
  });
});
