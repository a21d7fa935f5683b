import { describe, expect, test } from 'vitest';
import { DuisError } from './errors.ts';
import { readMessage } from './read.ts';
import { request, response, signedSamples, testKey } from './testing/signed-samples.ts';
import { NAMESPACE_DS, NAMESPACE_SR } from './xml/namespaces.ts';

function refusal(message: string | Uint8Array): { code: string; offset: number | undefined; at: string } {
  const bytes = Buffer.from(message);
  try {
    readMessage(bytes);
  } catch (error) {
    if (!(error instanceof DuisError)) throw error;
    const at = error.offset === undefined ? '' : bytes.toString('latin1', error.offset, error.offset + 60);
    return { code: error.code, offset: error.offset, at: /^<?\/?[\w:]*/.exec(at)?.[0] ?? '' };
  }
  return { code: 'accepted', offset: undefined, at: '' };
}

const plain = request('<sr:ReadInstantaneousImportRegisters/>');
const reply = response('<sr:ResponseMessage/>');
const USER = '90-B3-D5-1F-30-01-00-00';
const DEVICE = '00-DB-12-34-56-78-90-A0';

test('a request is read', () => {
  const message = readMessage(
    Buffer.from(
      plain.replace('<sr:CommandVariant>', `<sr:FirstInSequence>1</sr:FirstInSequence>` + '<sr:CommandVariant>'),
    ),
  );
  expect(message).toMatchObject({
    type: 'request',
    schemaVersion: '5.4',
    requestId: { originator: USER, target: DEVICE, counter: 1000n },
    firstInSequence: true,
    commandVariant: 1,
    serviceReference: '4.1',
    serviceReferenceVariant: '4.1.1',
  });
  expect(message.body.name).toBe('ReadInstantaneousImportRegisters');
  expect(message.signature).toBeUndefined();
});

test('a response is read', () => {
  expect(readMessage(Buffer.from(reply))).toMatchObject({
    type: 'response',
    requestId: { originator: USER, target: DEVICE, counter: 1000n },
    responseId: { originator: DEVICE, target: USER, counter: 1000n },
    responseCode: 'I0',
    responseDateTime: '2026-11-22T10:11:12.345Z',
  });
});

test('a message cut off at any byte is refused', () => {
  for (const signed of signedSamples(testKey())) {
    for (let length = 0; length < signed.length; length++) {
      const { code } = refusal(signed.subarray(0, length));
      expect(code, `cut at ${length}`).toMatch(/^duis\.xml\.(?:malformed|encoding|processing-instruction|doctype)$/);
    }
    expect(refusal(signed).code).toBe('accepted');
  }
});

describe('headers that are refused', () => {
  const id = `${USER}:${DEVICE}:1000`;
  const withId = (value: string): string => plain.replace(id, value);
  test.each<[string, string]>([
    ['empty', ''],
    ['a blank before', ` ${id}`],
    ['a line end behind, which xs:token allows', `${id}\n`],
    ['a no-break space behind', `${id}\u00a0`],
    ['a leading zero', `${USER}:${DEVICE}:01000`],
    ['a sign', `${USER}:${DEVICE}:+1`],
    ['a decimal point', `${USER}:${DEVICE}:1.0`],
    ['an exponent', `${USER}:${DEVICE}:1e3`],
    ['hexadecimal', `${USER}:${DEVICE}:0x10`],
    ['digits of another script', `${USER}:${DEVICE}:١`],
    ['a counter of 2^64', `${USER}:${DEVICE}:18446744073709551616`],
    ['a counter of many digits', `${USER}:${DEVICE}:${'9'.repeat(100_000)}`],
    ['no counter', `${USER}:${DEVICE}:`],
    ['two parts', `${USER}:1000`],
    ['four parts', `${id}:1`],
    ['an EUI of colons', `${USER.replaceAll('-', ':')}:${DEVICE}:1`],
    ['an EUI without separators', `${USER.replaceAll('-', '')}:${DEVICE}:1`],
    ['an EUI of 15 digits', `${USER.slice(1)}:${DEVICE}:1`],
    ['an EUI that is not hexadecimal', `${USER.replace('B', 'G')}:${DEVICE}:1`],
    ['markup inside', `${USER}:<sr:x/>${DEVICE}:1`],
  ])('RequestID: %s', (_name, value) => {
    const { code, at } = refusal(withId(value));
    expect([code, at]).toEqual(
      _name === 'markup inside' ? ['duis.profile.structure', '<sr:x'] : ['duis.profile.request-id', '<sr:RequestID'],
    );
  });

  test('RequestIDs in either case, to the last counter', () => {
    const largest = withId(`${USER.toLowerCase()}:${DEVICE}:18446744073709551615`);
    expect(readMessage(Buffer.from(largest))).toMatchObject({
      requestId: { originator: USER, counter: 18_446_744_073_709_551_615n },
    });
    expect(refusal(withId(`${USER}:${DEVICE}:0`)).code).toBe('accepted');
  });

  const field = (name: string, value: string): string => plain.replace(new RegExp(`(<sr:${name}>)[^<]*`), `$1${value}`);
  test.each<[string, string, string]>([
    ['Command Variant 0', field('CommandVariant', '0'), 'CommandVariant'],
    ['Command Variant 10', field('CommandVariant', '10'), 'CommandVariant'],
    ['a blank in the Command Variant', field('CommandVariant', ' 1'), 'CommandVariant'],
    ['a letter in the reference', field('ServiceReference', '4.a'), 'ServiceReference'],
    ['white space in the variant', field('ServiceReferenceVariant', '4.1.1\n'), 'ServiceReferenceVariant'],
    ['a long variant', field('ServiceReferenceVariant', '4.1.1.1'), 'ServiceReferenceVariant'],
    ['an empty reference', field('ServiceReference', ''), 'ServiceReference'],
    ['no Command Variant', plain.replace(/<sr:CommandVariant>.*<\/sr:CommandVariant>/, ''), 'ServiceReference'],
    ['a field twice', plain.replace(/<sr:CommandVariant>.*<\/sr:CommandVariant>/, '$&$&'), 'CommandVariant'],
    [
      'fields in another order',
      plain.replace(/(<sr:RequestID>.*<\/sr:RequestID>)(<sr:CommandVariant>.*<\/sr:CommandVariant>)/, '$2$1'),
      'CommandVariant',
    ],
    ['an unknown field', plain.replace('</sr:Header>', '<sr:More/></sr:Header>'), 'More'],
    ['a field of no namespace', plain.replace(/sr:CommandVariant>/g, 'CommandVariant>'), ''],
    ['elements in a field', plain.replace('<sr:CommandVariant>1', '<sr:CommandVariant><sr:x/>'), 'CommandVariant'],
    [
      'FirstInSequence that is neither',
      plain.replace('<sr:CommandVariant>', '<sr:FirstInSequence>yes</sr:FirstInSequence><sr:CommandVariant>'),
      'FirstInSequence',
    ],
    ['an empty header', plain.replace(/<sr:Header>.*<\/sr:Header>/, '<sr:Header/>'), 'Body'],
    ['a response code of letters', reply.replace('>I0<', '>OK<'), 'ResponseCode'],
    ['a date that is none', reply.replace('2026-11-22T', '2026-13-22T'), 'ResponseDateTime'],
    ['a time that is none', reply.replace('10:11:12', '10:61:12'), 'ResponseDateTime'],
    ['a date without time', reply.replace(/T10:[^<]*/, ''), 'ResponseDateTime'],
  ])('%s', (_name, message, at) => {
    expect(refusal(message)).toMatchObject({
      code: 'duis.profile.header',
      at: at === '' ? '<CommandVariant' : `<sr:${at}`,
    });
  });
});

describe('structures that are refused', () => {
  const body = '<sr:Body><sr:ReadInstantaneousImportRegisters/></sr:Body>';
  test.each<[string, string, string]>([
    [
      'another root',
      plain.replaceAll('sr:Request>', 'sr:Demand>').replace('<sr:Request ', '<sr:Demand '),
      'duis.profile.root',
    ],
    ['a root of another namespace', plain.replace(NAMESPACE_SR, 'urn:x'), 'duis.profile.root'],
    ['a root alone', `<sr:Request xmlns:sr="${NAMESPACE_SR}" schemaVersion="5.4"/>`, 'duis.profile.structure'],
    ['no header', plain.replace(/<sr:Header>.*<\/sr:Header>/, ''), 'duis.profile.structure'],
    ['two headers', plain.replace(/<sr:Header>.*<\/sr:Header>/, '$&$&'), 'duis.profile.structure'],
    ['no body', plain.replace(body, ''), 'duis.profile.structure'],
    ['two bodies', plain.replace(body, body + body), 'duis.profile.structure'],
    ['the body first', plain.replace(body, '').replace('<sr:Header>', `${body}<sr:Header>`), 'duis.profile.structure'],
    ['a body of another namespace', plain.replaceAll('sr:Body>', 'Body>'), 'duis.profile.structure'],
    ['an empty body', plain.replace(body, '<sr:Body/>'), 'duis.profile.body'],
    ['text in the body', plain.replace(body, '<sr:Body>1</sr:Body>'), 'duis.profile.body'],
    ['two elements in the body', plain.replace('</sr:Body>', '<sr:X/></sr:Body>'), 'duis.profile.body'],
    ['an element of no namespace in the body', plain.replace(body, '<sr:Body><X/></sr:Body>'), 'duis.profile.body'],
    ['no schemaVersion', plain.replace(' schemaVersion="5.4"', ''), 'duis.profile.structure'],
    [
      'an attribute more',
      plain.replace(' schemaVersion="5.4"', ' schemaVersion="5.4" Id="x"'),
      'duis.profile.structure',
    ],
    [
      'an attribute more, before',
      plain.replace(' schemaVersion="5.4"', ' Id="x" schemaVersion="5.4"'),
      'duis.profile.structure',
    ],
  ])('%s', (_name, message, code) => {
    expect(refusal(message)).toMatchObject({ code, offset: expect.any(Number) });
  });
});

describe('signatures in the content', () => {
  const nested = `<ds:Signature xmlns:ds="${NAMESPACE_DS}"/>`;
  const smets1 = (inside: string): string =>
    response(`<sr:X><sr:SMETS1SignedResponse>${inside}</sr:SMETS1SignedResponse></sr:X>`);

  test('one of its producer in a SMETS1 response, and nowhere else', () => {
    expect(refusal(smets1(`<sr:A/>${nested}`)).code).toBe('accepted');
    expect(refusal(smets1(nested + nested)).code).toBe('duis.signature.repeated');
    expect(refusal(response(`<sr:X>${nested}</sr:X>`)).code).toBe('duis.signature.repeated');
    expect(refusal(request(`<sr:SMETS1SignedResponse>${nested}</sr:SMETS1SignedResponse>`)).code).toBe(
      'duis.signature.repeated',
    );
  });

  test('a great many of them are refused at once', () => {
    // took 24 s: each looked for its parent behind all its siblings
    const many = smets1('<ds:Signature/>'.repeat(240_000));
    const declared = many.replace('<sr:Response ', `<sr:Response xmlns:ds="${NAMESPACE_DS}" `);
    const before = process.cpuUsage();
    expect(refusal(declared).code).toBe('duis.signature.repeated');
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(4000);
  });
});
