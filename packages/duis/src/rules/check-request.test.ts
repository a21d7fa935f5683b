import { describe, expect, it } from 'vitest';
import { catalogue, SIGNED_PRE_COMMAND } from '../catalogue/catalogue.ts';
import { serviceFor, type WebService } from '../catalogue/services.ts';
import { duisErrors } from '../errors.ts';
import type { Element, ElementNamespace, RequestContent } from '../message.ts';
import { DEVICE, operatorIds, readRequest, toDevice, toOperator, USER } from '../testing/example-messages.ts';
import { requestTemplates, withoutSignature } from '../testing/official-files.ts';
import { writeRequest } from '../write/request.ts';
import { element as xmlElement } from '../write/xml.ts';
import { checkRequest, knownSchemaVersions } from './check-request.ts';

function element(name: string, namespace: ElementNamespace = 'sr'): Element {
  const none = () => [];
  return {
    name,
    namespace,
    text: () => '',
    children: none,
    child: () => undefined,
    descendants: none,
    attribute: () => '',
  };
}

const good: RequestContent = {
  type: 'request',
  schemaVersion: '5.4',
  requestId: toDevice,
  commandVariant: 1,
  serviceReference: '4.18',
  serviceReferenceVariant: '4.18',
  body: element('ReadMeterBalance'),
  signature: {},
};

const check = (change: Partial<RequestContent>, service: WebService = 'send-command') =>
  checkRequest({ ...good, ...change }, { service, operatorIds });

describe('checkRequest', () => {
  it('passes a request that is in order', () => {
    expect(check({})).toBeUndefined();
    expect(check({ requestId: { originator: USER, target: DEVICE, counter: 2n ** 64n - 1n } })).toBeUndefined();
  });

  it('passes every variant of the catalogue with each of its Command Variants, on the one right service', () => {
    for (const variant of catalogue.values()) {
      for (const commandVariant of variant.commandVariants) {
        const signed = commandVariant >= 5 && commandVariant <= 7;
        const request = {
          requestId: variant.nonDevice ? toOperator : toDevice,
          commandVariant,
          serviceReference: variant.serviceReference,
          serviceReferenceVariant: variant.srv,
          body: element(signed ? SIGNED_PRE_COMMAND : (variant.bodyElements[0] ?? '')),
        };
        for (const service of ['transform', 'send-command', 'non-device'] as const) {
          const breach = check(request, service);
          if (service === serviceFor(commandVariant)) expect(breach).toBeUndefined();
          else expect(breach).toMatchObject({ code: 'duis.rule.service', responseCode: 'E13' });
        }
      }
    }
  });

  it.each(knownSchemaVersions)('knows schemaVersion %s', (schemaVersion) => {
    expect(check({ schemaVersion })).toBeUndefined();
  });

  it.each(['', '4.9', '5', '5.5', '5.40', '05.4', ' 5.4', '5.4.1', '54'])(
    'refuses schemaVersion "%s"',
    (schemaVersion) => {
      expect(check({ schemaVersion })).toMatchObject({
        code: 'duis.rule.schema-version',
        where: 'Request/@schemaVersion',
      });
    },
  );

  const breaches: [string, Partial<RequestContent>, WebService, string, string | undefined][] = [
    ['no signature', { signature: undefined }, 'send-command', 'duis.rule.unsigned', undefined],
    ['own target', { requestId: { ...toDevice, target: USER } }, 'send-command', 'duis.rule.request-id', undefined],
    ['unknown SRV', { serviceReferenceVariant: '4.19' }, 'send-command', 'duis.rule.service-reference', undefined],
    ['SRV of another SR', { serviceReference: '4.1' }, 'send-command', 'duis.rule.service-reference', 'E11'],
    [
      '6.20.1 under 6.2',
      { serviceReference: '6.2', serviceReferenceVariant: '6.20.1' },
      'send-command',
      'duis.rule.service-reference',
      'E11',
    ],
    ['Command Variant 9', { commandVariant: 9 }, 'send-command', 'duis.rule.operator-only', 'E13'],
    ['Command Variant 0', { commandVariant: 0 }, 'send-command', 'duis.rule.command-variant', 'E13'],
    ['critical variant', { commandVariant: 4 }, 'transform', 'duis.rule.command-variant', 'E13'],
    ['non-device variant', { commandVariant: 8 }, 'non-device', 'duis.rule.command-variant', 'E13'],
    [
      'signed variant',
      { commandVariant: 5, body: element(SIGNED_PRE_COMMAND) },
      'send-command',
      'duis.rule.command-variant',
      'E13',
    ],
    ['wrong service', {}, 'transform', 'duis.rule.service', 'E13'],
    ['local delivery on send-command', { commandVariant: 2 }, 'send-command', 'duis.rule.service', 'E13'],
    [
      'signed body unsigned variant',
      { body: element(SIGNED_PRE_COMMAND) },
      'send-command',
      'duis.rule.signed-pre-command',
      'E11',
    ],
    ['body of another SRV', { body: element('ReadTariffPrimaryElement') }, 'send-command', 'duis.rule.body', 'E11'],
    ['body of another namespace', { body: element('ReadMeterBalance', 'ra') }, 'send-command', 'duis.rule.body', 'E11'],
    ['device request to the Operator', { requestId: toOperator }, 'send-command', 'duis.rule.target', 'E12'],
  ];
  it.each(breaches)('refuses: %s', (_name, change, service, code, responseCode) => {
    const breach = check(change, service);
    expect(breach?.code).toBe(code);
    expect(breach?.responseCode).toBe(responseCode);
    expect(breach?.message).not.toBe('');
    expect(duisErrors).toHaveProperty([code]);
  });

  it('refuses a non-device request to a device, a critical one unsigned on 5, and a signed body on 4', () => {
    const inventory = {
      commandVariant: 8,
      serviceReference: '8.2',
      serviceReferenceVariant: '8.2',
      body: element('ReadInventory'),
    };
    expect(check({ ...inventory, requestId: toOperator }, 'non-device')).toBeUndefined();
    expect(check(inventory, 'non-device')).toMatchObject({ code: 'duis.rule.target', responseCode: 'E12' });
    const supply = { serviceReference: '7.1', serviceReferenceVariant: '7.1' };
    const plain = check({ ...supply, commandVariant: 5, body: element('EnableSupply') });
    expect(plain?.code).toBe('duis.rule.signed-pre-command');
    const signed = check({ ...supply, commandVariant: 4, body: element(SIGNED_PRE_COMMAND) }, 'transform');
    expect(signed?.code).toBe('duis.rule.signed-pre-command');
  });
});

describe('checkRequest on devices in the body', () => {
  const join = (other: string) => {
    const header = { requestId: toDevice, commandVariant: 1, serviceReferenceVariant: '8.7.2' };
    const body = xmlElement('JoinServiceNonCritical', [xmlElement('OtherDeviceID', other)]);
    return checkRequest(
      { ...readRequest(writeRequest(header, body)), signature: {} },
      { service: 'send-command', operatorIds },
    );
  };

  it('passes an EUI-64 and refuses what is none', () => {
    expect(join(DEVICE)).toBeUndefined();
    expect(join('somewhere')).toMatchObject({ code: 'duis.rule.device', responseCode: 'E11', where: 'Body' });
  });
});

describe('checkRequest on the real templates', () => {
  it('passes every one on its service, once it is signed', () => {
    for (const template of requestTemplates()) {
      const request = { ...readRequest(withoutSignature(template.text)), signature: {} };
      const service = serviceFor(request.commandVariant) ?? 'transform';
      expect(checkRequest(request, { service, operatorIds }), template.name).toBeUndefined();
    }
  });
});
