/**
 * Values as elements: each function checks what the schema asks of its type and throws DuisError 'duis.write.value'
 * with the element's name otherwise. Nothing is cut, padded or rounded to fit.
 */
import { DuisError } from '../errors.ts';
import {
  type Eui,
  formatRequestId,
  MAXIMUM_COUNTER,
  parseEui,
  parseRequestId,
  type RequestId,
} from '../identifiers.ts';
import { element, type XmlElement } from './xml.ts';

function refuse(name: string, why: string): never {
  throw new DuisError('duis.write.value', `${name}: ${why}`);
}

/** Text of at least `shortest` and at most `longest` characters. */
export function textElement(name: string, value: string, shortest = 0, longest = Number.POSITIVE_INFINITY): XmlElement {
  const length = [...value].length;
  if (length < shortest || length > longest) refuse(name, `${length} characters, not ${shortest} to ${longest}`);
  return element(name, value);
}

/** One of the listed words. */
export function choiceElement(name: string, value: string, allowed: Iterable<string>): XmlElement {
  for (const each of allowed) if (each === value) return element(name, value);
  return refuse(name, `'${value.slice(0, 40)}' is not among the values that DUIS lists`);
}

/** A whole number in a range, both ends included. */
export function integerElement(name: string, value: bigint | number, least: bigint, most: bigint): XmlElement {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) refuse(name, `${value} is not a whole number`);
  const exact = BigInt(value);
  if (exact < least || exact > most) refuse(name, `${exact} is not between ${least} and ${most}`);
  return element(name, exact.toString());
}

/** `xs:unsignedInt`. */
export const unsignedIntElement = (name: string, value: number): XmlElement =>
  integerElement(name, value, 0n, 4_294_967_295n);

/** A number of a schedule that the Operator keeps, up to 10^12. */
export const scheduleIdElement = (name: string, value: bigint | number): XmlElement =>
  integerElement(name, value, 0n, 1_000_000_000_000n);

/** An EUI-64; checked again, because a type is no proof at run time. */
export function euiElement(name: string, value: Eui): XmlElement {
  return element(name, parseEui(value) ?? refuse(name, `'${String(value).slice(0, 40)}' is not an EUI-64`));
}

/** EUI-64s joined by commas: at least one, at most `most`. */
export function euiListElement(name: string, values: readonly Eui[], most: number): XmlElement {
  if (values.length === 0 || values.length > most) refuse(name, `${values.length} devices, not 1 to ${most}`);
  return element(name, values.map((value) => parseEui(value) ?? refuse(name, 'not an EUI-64')).join(','));
}

/** A RequestID or ResponseID. */
export function requestIdElement(name: string, value: RequestId): XmlElement {
  const text = formatRequestId(value);
  if (value.counter < 0n || value.counter > MAXIMUM_COUNTER || parseRequestId(text) === undefined) {
    refuse(name, `'${text.slice(0, 80)}' is not a RequestID`);
  }
  return element(name, text);
}

/** An instant as `xs:dateTime` in UTC with milliseconds. */
export function dateTimeElement(name: string, value: Date): XmlElement {
  const year = value.getUTCFullYear();
  if (Number.isNaN(year) || year < 1 || year > 9999) refuse(name, 'not an instant of the years 1 to 9999');
  return element(name, value.toISOString());
}

/** Bytes as `xs:base64Binary`, at least one. */
export function base64Element(name: string, value: Uint8Array): XmlElement {
  if (value.length === 0) refuse(name, 'no bytes');
  return element(name, Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64'));
}

/** The code of a device alert: two bytes in hex. */
export function alertCodeElement(name: string, value: string): XmlElement {
  if (!/^[0-9A-Fa-f]{4}$/.test(value)) refuse(name, `'${value.slice(0, 40)}' is not four hex digits`);
  return element(name, value.toUpperCase());
}
