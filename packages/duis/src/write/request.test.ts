import { describe, expect, it } from 'vitest';
import { catalogue, SIGNED_PRE_COMMAND } from '../catalogue/catalogue.ts';
import { devicesConcerned } from '../devices.ts';
import { DuisError } from '../errors.ts';
import { MAXIMUM_COUNTER } from '../identifiers.ts';
import { DEVICE, OTHER_DEVICE, readRequest, toDevice, toOperator } from '../testing/example-messages.ts';
import {
  expectSchemaValid,
  needsOfficialFiles,
  requestTemplates,
  withoutSignature,
} from '../testing/official-files.ts';
import { bytes, expectValid, when } from '../testing/writing.ts';
import { writeRequest, writeSignedPreCommand } from './request.ts';
import * as bodies from './request-bodies.ts';
import type { XmlElement } from './xml.ts';

describe('requests', () => {
  it('are checked by the official schema', needsOfficialFiles);

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
    for (const template of requestTemplates()) {
      const original = readRequest(withoutSignature(template.text));
      const xml = /<sr:Body>([\s\S]*)<\/sr:Body>/.exec(withoutSignature(template.text))?.[1]?.trim() ?? '';
      const written = writeRequest(original, { xml });
      expectSchemaValid(written, template.name);
      expect(devicesConcerned(readRequest(written))).toEqual(devicesConcerned(original));
      sent.add(original.serviceReferenceVariant);
    }
    expect(sent.size).toBe(129);
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
