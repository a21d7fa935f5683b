/** For tests only: messages of our own of every shape that matters to signatures, and keys made for the run. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type Signer, signMessage } from '../signature/sign.ts';
import { NAMESPACE_DS, NAMESPACE_RA, NAMESPACE_SR } from '../xml/namespaces.ts';

export interface TestKey {
  readonly signer: Signer;
  readonly publicKey: KeyObject;
}

export function testKey(serial = '1234567890123456789012345678901234567890'): TestKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { signer: { privateKey, issuer: 'CN=T1,OU=07', serial }, publicKey };
}

const USER = '90-B3-D5-1F-30-01-00-00';
const DEVICE = '00-DB-12-34-56-78-90-A0';

/** A request around a body element. `head` is what stands before the root. */
export function request(body: string, head = ''): string {
  return (
    `${head}<sr:Request xmlns:sr="${NAMESPACE_SR}" schemaVersion="5.4"><sr:Header>` +
    `<sr:RequestID>${USER}:${DEVICE}:1000</sr:RequestID><sr:CommandVariant>1</sr:CommandVariant>` +
    '<sr:ServiceReference>4.1</sr:ServiceReference><sr:ServiceReferenceVariant>4.1.1</sr:ServiceReferenceVariant>' +
    `</sr:Header><sr:Body>${body}</sr:Body></sr:Request>`
  );
}

export function response(body: string): string {
  return (
    `<sr:Response xmlns:sr="${NAMESPACE_SR}" xmlns:ra="${NAMESPACE_RA}" schemaVersion="5.4"><sr:Header>` +
    `<sr:RequestID>${USER}:${DEVICE}:1000</sr:RequestID><sr:ResponseID>${DEVICE}:${USER}:1000</sr:ResponseID>` +
    '<sr:ResponseCode>I0</sr:ResponseCode><sr:ResponseDateTime>2026-11-22T10:11:12.345Z</sr:ResponseDateTime>' +
    `</sr:Header><sr:Body>${body}</sr:Body></sr:Response>`
  );
}

const nested =
  `<ds:Signature xmlns:ds="${NAMESPACE_DS}"><ds:SignedInfo><ds:Reference URI=""/></ds:SignedInfo>` +
  '<ds:SignatureValue>AAAA</ds:SignatureValue></ds:Signature>';

export const unsignedSamples: readonly string[] = [
  request('<sr:ReadInstantaneousImportRegisters/>', '<?xml version="1.0" encoding="UTF-8"?>\r\n'),
  request(
    '<sr:UpdateFirmware><sr:FirmwareImage>SGVsbG8=&#13;\r\nV29ybGQ=</sr:FirmwareImage>' +
      `<sr:DeviceIDList>${DEVICE}</sr:DeviceIDList><sr:DeviceIDList>00-DB-12-34-56-78-90-A1</sr:DeviceIDList>` +
      '<sr:DeviceIDList a="1" b=\'"2"\'>00-DB-12-34-56-78-90-A2</sr:DeviceIDList></sr:UpdateFirmware>',
  ),
  request(
    '\n  <sr:SendMessage xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="false">\n' +
      '    <sr:Text>price &lt; 10 &amp; &gt; 5 – “now” ]] é 𝄞</sr:Text>\n' +
      '    <sr:Other><![CDATA[a < b && c]]></sr:Other>\n    <Plain xmlns="http://www.dccinterface.co.uk/ResponseAndAlert"><x>1</x></Plain>\n  </sr:SendMessage>\n',
  ),
  response(
    '<sr:ResponseMessage><sr:ServiceReference>4.1</sr:ServiceReference><ra:Text>1\t2</ra:Text></sr:ResponseMessage>',
  ),
  response(
    `<sr:SMETS1ResponseMessage><sr:SMETS1SignedResponse schemaVersion="5.4"><sr:Value>7</sr:Value>${nested}` +
      '</sr:SMETS1SignedResponse></sr:SMETS1ResponseMessage>',
  ),
];

/** The samples, signed. */
export function signedSamples(key: TestKey): Buffer[] {
  return unsignedSamples.map((unsigned) => signMessage(unsigned, key.signer));
}
