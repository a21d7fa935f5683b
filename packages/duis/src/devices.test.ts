import { beforeEach, describe, expect, it } from 'vitest';
import { catalogue } from './catalogue/catalogue.ts';
import { devicesConcerned, MAXIMUM_DEVICES, namedThings, requestBodiesNamingDevices } from './devices.ts';
import { DuisError } from './errors.ts';
import type { Eui } from './identifiers.ts';
import { DEVICE, eui, OPERATOR, OTHER_DEVICE, readRequest, readResponse, USER } from './testing/example-messages.ts';
import {
  findInSchema,
  genuineResponses,
  hasOfficialFiles,
  needsOfficialFiles,
  requestTemplates,
  withoutSignature,
} from './testing/official-files.ts';

const namespaces = 'xmlns:sr="http://www.dccinterface.co.uk/ServiceUserGateway"';

const request = (target: Eui, commandVariant: number, srv: string, body: string) =>
  readRequest(
    `<sr:Request ${namespaces} schemaVersion="5.4"><sr:Header><sr:RequestID>${USER}:${target}:1</sr:RequestID>` +
      `<sr:CommandVariant>${commandVariant}</sr:CommandVariant>` +
      `<sr:ServiceReference>${catalogue.get(srv)?.serviceReference}</sr:ServiceReference>` +
      `<sr:ServiceReferenceVariant>${srv}</sr:ServiceReferenceVariant></sr:Header><sr:Body>${body}</sr:Body></sr:Request>`,
  );

const response = (ids: string, body: string) =>
  readResponse(
    `<sr:Response ${namespaces} schemaVersion="5.4"><sr:Header>${ids}<sr:ResponseCode>I0</sr:ResponseCode>` +
      `<sr:ResponseDateTime>2026-11-22T00:00:00Z</sr:ResponseDateTime></sr:Header><sr:Body>${body}</sr:Body></sr:Response>`,
  );

const alert = (ids: string, kind: string) =>
  response(
    ids,
    `<sr:DCCAlertMessage><sr:DCCAlertCode>N1</sr:DCCAlertCode><sr:DCCAlert>${kind}</sr:DCCAlert></sr:DCCAlertMessage>`,
  );

const firmware = (list: string) =>
  `<sr:UpdateFirmware><sr:FirmwareImage>AA==</sr:FirmwareImage><sr:FirmwareVersion>1</sr:FirmwareVersion>` +
  `<sr:DeviceIDList>${list}</sr:DeviceIDList></sr:UpdateFirmware>`;

const numbered = (number: number): Eui =>
  eui(
    number
      .toString(16)
      .toUpperCase()
      .padStart(16, '0')
      .replace(/(..)(?!$)/g, '$1-'),
  );

describe('the devices that a request concerns', () => {
  it('is the target, when the request goes to a device', () => {
    const read = request(DEVICE, 1, '4.18', '<sr:ReadMeterBalance/>');
    expect(devicesConcerned(read)).toEqual([DEVICE]);
  });

  it('is not the Operator, when the request goes to it', () => {
    expect(
      devicesConcerned(request(OPERATOR, 8, '12.1', '<sr:RequestWANMatrix><sr:UPRN>1</sr:UPRN></sr:RequestWANMatrix>')),
    ).toEqual([]);
  });

  it('is the target and the other device of a join, each once and in this order', () => {
    const join = (other: string) =>
      request(
        DEVICE,
        1,
        '8.7.2',
        `<sr:JoinServiceNonCritical><sr:OtherDeviceID>${other}</sr:OtherDeviceID></sr:JoinServiceNonCritical>`,
      );
    expect(devicesConcerned(join(OTHER_DEVICE))).toEqual([DEVICE, OTHER_DEVICE]);
    expect(devicesConcerned(join(DEVICE))).toEqual([DEVICE]);
  });

  it('finds a device written in the other case and behind white space, as the schema allows both', () => {
    const body = `<sr:DecommissionDevice><sr:DeviceID>\n ${DEVICE.toLowerCase()}\t</sr:DeviceID></sr:DecommissionDevice>`;
    expect(devicesConcerned(request(OPERATOR, 8, '8.3', body))).toEqual([DEVICE]);
  });

  it('is all 50,000 of a firmware list, and refuses one more', () => {
    const list = Array.from({ length: MAXIMUM_DEVICES }, (_, index) => numbered(index + 1));
    expect(devicesConcerned(request(OPERATOR, 8, '11.1', firmware(list.join(','))))).toEqual(list);
    const more = [...list, numbered(MAXIMUM_DEVICES + 1), numbered(MAXIMUM_DEVICES + 2)].join(',');
    expect(() => devicesConcerned(request(OPERATOR, 8, '11.1', firmware(more)))).toThrow(DuisError);
  });

  it.each(['', 'x', `${DEVICE},`, `${DEVICE};${OTHER_DEVICE}`, `${DEVICE},${DEVICE}0`])(
    'refuses the list "%s"',
    (list) => {
      expect(() => devicesConcerned(request(OPERATOR, 8, '11.1', firmware(list)))).toThrow(
        expect.objectContaining({ code: 'duis.rule.device' }),
      );
    },
  );

  it('finds both devices of a fault return, the hub’s proxy of a pre-notification, and switches of a calendar', () => {
    const fault = `<sr:CHFFaultReturn><sr:DeviceID>${DEVICE}</sr:DeviceID><sr:OtherDeviceID>${OTHER_DEVICE}</sr:OtherDeviceID></sr:CHFFaultReturn>`;
    expect(devicesConcerned(request(OPERATOR, 8, '8.14.3', fault))).toEqual([DEVICE, OTHER_DEVICE]);
    const notice = `<sr:DevicePrenotification><sr:DeviceID>${DEVICE}</sr:DeviceID><sr:AssociatedGPFDeviceID>${OTHER_DEVICE}</sr:AssociatedGPFDeviceID></sr:DevicePrenotification>`;
    expect(devicesConcerned(request(OPERATOR, 8, '12.2', notice))).toEqual([DEVICE, OTHER_DEVICE]);
    const calendar = `<sr:UpdateDeviceConfigurationALCScheduler><sr:A><sr:HCALCS>${OTHER_DEVICE}</sr:HCALCS></sr:A></sr:UpdateDeviceConfigurationALCScheduler>`;
    expect(devicesConcerned(request(DEVICE, 4, '6.14.2', calendar))).toEqual([DEVICE, OTHER_DEVICE]);
  });

  it('is the device of the original request, when a local response is returned to the Operator', () => {
    const body = (original: string) =>
      `<sr:ReturnLocalCommandResponse>${original}<sr:DeviceGBCSResponse>AA==</sr:DeviceGBCSResponse></sr:ReturnLocalCommandResponse>`;
    const original = `<sr:OriginalRequestID>${USER}:${DEVICE}:7</sr:OriginalRequestID>`;
    expect(devicesConcerned(request(OPERATOR, 8, '8.13', body(original)))).toEqual([DEVICE]);
    expect(devicesConcerned(request(OPERATOR, 8, '8.13', body('')))).toEqual([]);
  });
});

describe('the devices that a response or alert concerns', () => {
  const message = (srv: string, rest = '') =>
    `<sr:ResponseMessage><sr:ServiceReference>${catalogue.get(srv)?.serviceReference}</sr:ServiceReference>` +
    `<sr:ServiceReferenceVariant>${srv}</sr:ServiceReferenceVariant>${rest}</sr:ResponseMessage>`;
  const requestId = (target: Eui) => `<sr:RequestID>${USER}:${target}:1</sr:RequestID>`;
  const responseId = (source: Eui) => `<sr:ResponseID>${source}:${USER}:1</sr:ResponseID>`;

  it('is the device that answers, or that an acknowledgement is about', () => {
    expect(devicesConcerned(response(requestId(DEVICE) + responseId(DEVICE), message('4.18')))).toEqual([DEVICE]);
    expect(devicesConcerned(response(requestId(DEVICE), message('4.18')))).toEqual([DEVICE]);
  });

  it('is not the Operator, and is the devices of an inventory', () => {
    expect(devicesConcerned(response(requestId(OPERATOR), message('8.2')))).toEqual([]);
    const inventory = `<sr:DSPInventory><sr:Device><sr:DeviceID>${DEVICE}</sr:DeviceID></sr:Device><sr:Device><sr:DeviceID>${OTHER_DEVICE}</sr:DeviceID></sr:Device></sr:DSPInventory>`;
    expect(devicesConcerned(response(requestId(OPERATOR), message('8.2', inventory)))).toEqual([DEVICE, OTHER_DEVICE]);
  });

  it('is the devices of a warning about firmware', () => {
    const warning = `<sr:DSPUpdateFirmwareWarning><sr:InvalidDeviceIDList>${DEVICE},${OTHER_DEVICE}</sr:InvalidDeviceIDList></sr:DSPUpdateFirmwareWarning>`;
    expect(devicesConcerned(response(requestId(OPERATOR), message('11.1', warning)))).toEqual([DEVICE, OTHER_DEVICE]);
  });

  it('is nobody whom the signature of a SMETS1 producer names: that is not content', () => {
    const inside = `<ds:Object><ds:DeviceID>x</ds:DeviceID><DeviceID>${OTHER_DEVICE}</DeviceID></ds:Object>`;
    const signature = `<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">${inside}</ds:Signature>`;
    const body = `<sr:SMETS1ResponseMessage><sr:SMETS1SignedResponse>${signature}</sr:SMETS1SignedResponse></sr:SMETS1ResponseMessage>`;
    expect(devicesConcerned(response(requestId(DEVICE) + responseId(DEVICE), body))).toEqual([DEVICE]);
  });

  it('is the source of a device alert', () => {
    const body =
      '<sr:DeviceAlertMessage><sr:AlertCode>8F3F</sr:AlertCode><sr:GBCSPayload>AA==</sr:GBCSPayload></sr:DeviceAlertMessage>';
    expect(devicesConcerned(response(responseId(DEVICE), body))).toEqual([DEVICE]);
  });

  it('is the target of the request that a DCC Alert is about, never the Operator that raises it', () => {
    const breach = (target: Eui) =>
      `<sr:QuarantinedRequest><sr:ADUserThresholdBreach><sr:RequestID>${USER}:${target}:1</sr:RequestID>` +
      '<sr:QuarantineEventRef>1</sr:QuarantineEventRef></sr:ADUserThresholdBreach></sr:QuarantinedRequest>';
    expect(devicesConcerned(alert(responseId(OPERATOR), breach(DEVICE)))).toEqual([DEVICE]);
    expect(devicesConcerned(alert(responseId(OPERATOR), breach(OPERATOR)))).toEqual([]);
  });

  it('is the hub of a power outage', () => {
    const outage = `<sr:PowerOutageEvent><sr:CommsHubDeviceID>${DEVICE}</sr:CommsHubDeviceID></sr:PowerOutageEvent>`;
    expect(devicesConcerned(alert(responseId(OPERATOR), outage))).toEqual([DEVICE]);
  });
});

describe('the classification against the official files', () => {
  beforeEach(needsOfficialFiles);
  const isList = 'descendant::xs:pattern[starts-with(@value, "([A-Fa-f0-9]{2}-")]';
  const isId = '@type="sr:RequestIDType" or @type="sr:ResponseIDType"';
  const inHeader = 'ancestor::xs:element[@name="Header"]';
  const names = (path: string) =>
    ['duis-5.4.xsd', 'mmc-5.4.xsd'].flatMap((file) =>
      findInSchema(file, path, (element) => element.attr('name')?.value ?? ''),
    );
  const ofSchema = hasOfficialFiles
    ? {
        eui: names('//xs:element[@type="sr:EUI" or @type="ra:EUI"]'),
        list: names(`//xs:element[@type="sr:DeviceIDList" or ${isList}][not(descendant::xs:element)]`),
        exchange: names(`//xs:element[(${isId}) and not(${inHeader}) and not(parent::xs:schema)]`),
      }
    : { eui: [], list: [], exchange: [] };

  it('classifies every element of the schema that holds an EUI-64, a list of them or a RequestID, and no other', () => {
    const all = new Set([...ofSchema.eui, ...ofSchema.list, ...ofSchema.exchange]);
    expect([...namedThings.keys()].sort()).toEqual([...all].sort());
  });

  it('classifies each by its type, so that no name stands for two things', () => {
    for (const name of ofSchema.eui) expect(['device', 'party'], name).toContain(namedThings.get(name));
    for (const name of ofSchema.list) expect(namedThings.get(name), name).toBe('devices');
    for (const name of ofSchema.exchange) expect(['exchange', 'party'], name).toContain(namedThings.get(name));
  });

  it('knows all types that hold an EUI-64: no other simple type has its pattern or is derived from one', () => {
    const pattern = 'xs:restriction/xs:pattern[contains(@value, "[A-Fa-f0-9]{2}-")]';
    const derived = '@base="sr:EUI" or @base="ra:EUI" or @base="sr:DeviceIDList" or @base="sr:RequestIDType"';
    expect([...new Set(names(`//xs:simpleType[@name][${pattern}]`))].sort()).toEqual([
      'DeviceIDList',
      'EUI',
      'RequestIDType',
      'ResponseIDType',
    ]);
    expect(names(`//*[self::xs:restriction or self::xs:extension][${derived}]`)).toEqual([]);
    expect(names('//xs:attribute[@type="sr:EUI" or @type="ra:EUI"]')).toEqual([]);
    expect(names('//xs:element[@ref="sr:RequestID"]')).toEqual([]);
  });

  it('walks the bodies of requests in which such an element can stand, and no others', () => {
    const bodies = findInSchema(
      'duis-5.4.xsd',
      '/xs:schema/xs:complexType[@name="Request"]/xs:sequence/xs:element[@name="Body"]//xs:choice/xs:element',
      (element) => [element.attr('name')?.value ?? '', element.attr('type')?.value ?? ''] as const,
    );
    const none: { referred: string[]; inside: string[] } = { referred: [], inside: [] };
    const parts = new Map(
      findInSchema('duis-5.4.xsd', '/xs:schema/xs:complexType', (type) => {
        const referred = type.find('.//@type | .//@base').map((attribute) => attribute.content);
        const named = type.find('.//xs:element/@name', { xs: 'http://www.w3.org/2001/XMLSchema' });
        const inside = named.map((name) => name.content);
        return [`sr:${type.attr('name')?.value}`, { referred, inside }] as [string, typeof none];
      }),
    );
    const holdsDevice = (type: string, seen = new Set<string>()): boolean => {
      const part = parts.get(type);
      if (part === undefined || seen.has(type)) return false;
      seen.add(type);
      return part.inside.some((name) => namedThings.has(name)) || part.referred.some((each) => holdsDevice(each, seen));
    };
    const expected = bodies.filter(([, type]) => holdsDevice(type)).map(([name]) => name);
    expect([...requestBodiesNamingDevices].sort()).toEqual(expected.sort());
  });

  it('finds what is named in the real templates: 20 variants name devices in the body, 8.13 by a RequestID', () => {
    const naming = new Set<string>();
    for (const template of requestTemplates()) {
      const read = readRequest(withoutSignature(template.text));
      const body = template.text.slice(template.text.indexOf('Body>'), template.text.indexOf('Signature'));
      const eui = '(?:[0-9A-Fa-f]{2}-){7}[0-9A-Fa-f]{2}';
      const written = [...body.matchAll(new RegExp(`>\\s*(?:${eui}:)?(${eui})(?::\\d+)?\\s*<`, 'g'))].map(
        (match) => match[1],
      );
      const target = read.commandVariant === 8 ? [] : [read.requestId.target];
      expect(devicesConcerned(read), template.name).toEqual([...new Set([...target, ...written])]);
      if (written.length > 0) naming.add(read.serviceReferenceVariant);
    }
    expect([...naming].sort().join(' ')).toBe(
      '11.1 11.4 12.2 5.1 6.14.2 8.11 8.12.1 8.12.2 8.13 8.14.1 8.14.2 8.14.3 8.14.4 8.2 8.3 8.4 8.6 8.7.1 8.7.2 8.8.1 8.8.2',
    );
  });

  it('finds the devices of genuine responses', () => {
    const concerned = (name: string) => {
      const file = genuineResponses().find((each) => each.name === `dccboxed-signing-tool__${name}.xml`);
      return devicesConcerned(readResponse(file?.text ?? ''));
    };
    expect(concerned('message')).toEqual(['00-07-81-D7-00-00-36-CE']);
    expect(concerned('acknowledgement-error')).toEqual(['88-73-84-57-00-2F-96-6C']);
    expect(concerned('read-inventory-response-5.4').length).toBeGreaterThan(1);
  });
});
