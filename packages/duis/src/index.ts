/**
 * @penstock/duis: reads, checks, verifies and writes DUIS messages; the catalogues of service requests and codes.
 * No I/O. Usable alone.
 */
export * from './catalogue/catalogue.ts';
export * from './catalogue/services.ts';
export * from './codes/alert-services.ts';
export * from './codes/dcc-alerts.ts';
export * from './codes/device-alerts.ts';
export * from './codes/responses.ts';
export { devicesConcerned, MAXIMUM_DEVICES } from './devices.ts';
export { ElementRef } from './element.ts';
export * from './errors.ts';
export * from './identifiers.ts';
export type * from './message.ts';
export { type DuisMessage, type DuisRequest, type DuisResponse, readMessage } from './read.ts';
export * from './rules/check-request.ts';
export * from './rules/eligibility.ts';
export type { SignatureParts } from './signature/profile.ts';
export { type Signer, signMessage } from './signature/sign.ts';
export {
  type SignatureArithmetic,
  type SignatureVerdict,
  verifyOnThreadPool,
  verifySignature,
  verifySignatureBy,
} from './signature/verify.ts';
export { type Attribute, attributes } from './values/attributes.ts';
export { type AttributeLimit, type Breach, breachOf } from './values/breach.ts';
export { compareDecimals, type Decimal, formatDecimal, MAXIMUM_DIGITS, parseDecimal } from './values/decimal.ts';
export { type AttributeValue, MAXIMUM_VALUES, readValues, type Unreadable } from './values/read-values.ts';
export * from './write/dcc-alert.ts';
export { WRITTEN_SCHEMA_VERSION } from './write/message.ts';
export * from './write/request.ts';
export * from './write/request-bodies.ts';
export {
  type Answered,
  type DeviceAlert,
  type Throttled,
  writeAcknowledgement,
  writeDeviceAlert,
  writeErrorResponse,
  writePreCommandResponse,
  writeResponse,
} from './write/response.ts';
export * from './write/response-parts.ts';
export * from './write/smets1.ts';
export { element, type XmlElement, type XmlText } from './write/xml.ts';
