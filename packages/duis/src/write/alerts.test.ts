import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dccAlertCodes, dccAlertKinds } from '../codes/dcc-alerts.ts';
import { devicesConcerned } from '../devices.ts';
import { DuisError } from '../errors.ts';
import { formatRequestId } from '../identifiers.ts';
import { signMessage } from '../signature/sign.ts';
import { verifySignature } from '../signature/verify.ts';
import { DEVICE, OTHER_DEVICE, readResponse, toDevice, toOperator } from '../testing/example-messages.ts';
import { needsOfficialFiles } from '../testing/official-files.ts';
import { bytes, expectValid, fromDevice, publicKey, signer, toUser, when } from '../testing/writing.ts';
import * as write from './dcc-alert.ts';
import { writeDeviceAlert } from './response.ts';
import { writeSmets1Response, writeSmets1SignedResponse } from './smets1.ts';
import { element, type XmlElement } from './xml.ts';

const leaf = (name: string, text: string) => element(name, text);

it('alerts and SMETS1 messages are checked by the official schema', needsOfficialFiles);

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
