import { beforeEach, describe, expect, it } from 'vitest';
import { catalogue } from '../catalogue/catalogue.ts';
import { findInSchema, hasOfficialFiles, needsOfficialFiles, officialTable } from '../testing/official-files.ts';
import { dccAlertCodes, dccAlertKinds } from './dcc-alerts.ts';
import { deviceAlertCodes } from './device-alerts.ts';
import { responseCodes } from './responses.ts';

describe('the code tables by themselves', () => {
  it('count what the schema counts', () => {
    const classes = [...responseCodes.values()].map((code) => code.class);
    const count = (letter: string) => classes.filter((each) => each === letter).length;
    expect([responseCodes.size, count('I'), count('W'), count('E')]).toEqual([194, 2, 5, 187]);
    expect([dccAlertCodes.size, dccAlertKinds.length, deviceAlertCodes.size]).toEqual([66, 24, 184]);
  });

  it('place each seven-character response code with a reference of the catalogue', () => {
    const references = new Set([...catalogue.values()].map((variant) => variant.serviceReference));
    for (const code of responseCodes.values()) {
      if (code.code.length === 7) expect(references, code.code).toContain(code.serviceReference);
      else expect(code.serviceReference).toBeUndefined();
    }
  });

  it('give a meaning only where one is public', () => {
    const known = [...responseCodes.values()].filter((code) => code.meaning !== undefined).map((code) => code.code);
    expect(known.join(' ')).toBe('I0 I99 E1 E2 E3 E4 E5 E11 E12 E13 E17 E19 E20 E21');
  });
});

describe('the code tables against the official files', () => {
  beforeEach(needsOfficialFiles);
  const rows = hasOfficialFiles ? officialTable('codes.csv') : [];
  const codes = (kind: string) => rows.filter((row) => row.kind === kind).map((row) => row.code ?? '');

  it('have the codes of the public table, in its order', () => {
    expect([...responseCodes.keys()].sort()).toEqual(codes('response_code').sort());
    expect([...dccAlertCodes]).toEqual(codes('dcc_alert_code'));
    expect([...dccAlertKinds]).toEqual(codes('dcc_alert_kind'));
    expect([...deviceAlertCodes.keys()]).toEqual(codes('device_alert_or_event_code'));
  });

  it('have the titles of the public table, white space cleaned', () => {
    for (const row of rows.filter((each) => each.kind === 'device_alert_or_event_code')) {
      expect(deviceAlertCodes.get(row.code ?? '')).toBe((row.title ?? '').replace(/\s+/g, ' ').trim());
    }
  });

  it('have the codes and kinds of the schema', () => {
    const values = (path: string, attribute: string) =>
      findInSchema('duis-5.4.xsd', path, (element) => element.attr(attribute)?.value ?? '');
    const response = values('//xs:simpleType[@name="ResponseCode"]//xs:enumeration', 'value');
    expect([...responseCodes.keys()].sort()).toEqual(response.sort());
    const alerts = '//xs:complexType[@name="DCCAlertMessage"]//xs:element[@name="DCCAlertCode"]//xs:enumeration';
    expect([...dccAlertCodes]).toEqual(values(alerts, 'value'));
    expect([...dccAlertKinds]).toEqual(values('//xs:complexType[@name="DCCAlert"]/xs:choice/xs:element', 'name'));
  });
});
