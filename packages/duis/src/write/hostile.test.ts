import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../catalogue/catalogue.ts';
import { DuisError } from '../errors.ts';
import { type Eui, euiFromBytes, MAXIMUM_COUNTER } from '../identifiers.ts';
import { DEVICE, readRequest, toDevice, toOperator } from '../testing/example-messages.ts';
import { expectSchemaValid, needsOfficialFiles } from '../testing/official-files.ts';
import { bytes } from '../testing/writing.ts';
import * as write from './dcc-alert.ts';
import { writeRequest } from './request.ts';
import * as bodies from './request-bodies.ts';
import { element } from './xml.ts';

describe('hostile values', () => {
  it('are checked by the official schema', needsOfficialFiles);

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
        expectSchemaValid(written);
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
    const anyEui = fc.uint8Array({ minLength: 8, maxLength: 8 }).map((each) => euiFromBytes(each));
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
