/**
 * The identifiers of DUIS: the EUI-64 of Users and devices, and the RequestID that every exchange carries.
 *
 * What always holds: an `Eui` is canonical (upper case, pairs joined by '-'), so two of them are the same device
 * exactly when the strings are equal. The schema allows hex in either case and, because its type is xs:token, white
 * space around the value; here the case is folded and white space is refused, on every path alike.
 */
import { DuisError } from './errors.ts';

/** An EUI-64 in canonical DUIS form: eight upper-case hex pairs joined by '-', e.g. '90-B3-D5-1F-30-01-00-00'. */
export type Eui = string & { readonly __eui: unique symbol };

/** The identifier of one exchange. `counter` is an unsigned 64-bit number and does not fit a JavaScript number. */
export interface RequestId {
  readonly originator: Eui;
  readonly target: Eui;
  readonly counter: bigint;
}

/** The largest counter that a RequestID may carry, 2^64 - 1. */
export const MAXIMUM_COUNTER = 18_446_744_073_709_551_615n;

const CANONICAL = /^[0-9A-F]{2}(?:-[0-9A-F]{2}){7}$/;
const WITH_HYPHENS = /^[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){7}$/;
const WITH_COLONS = /^[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){7}$/;
const BARE = /^[0-9A-Fa-f]{16}$/;
const COUNTER = /^(?:0|[1-9][0-9]{0,19})$/;
/** Eight pairs and seven hyphens. */
const EUI_LENGTH = 23;

/**
 * Reads an EUI-64 in either case, as pairs joined by '-' (DUIS) or ':' (PostgreSQL's macaddr8), or as 16 hex digits.
 * White space is not trimmed. Returns undefined when the text is not an EUI-64.
 */
export function parseEui(text: string): Eui | undefined {
  if (CANONICAL.test(text)) return text as Eui;
  if (WITH_HYPHENS.test(text)) return text.toUpperCase() as Eui;
  if (WITH_COLONS.test(text)) return text.replaceAll(':', '-').toUpperCase() as Eui;
  if (BARE.test(text)) return text.toUpperCase().replace(/(..)(?!$)/g, '$1-') as Eui;
  return undefined;
}

/** As `parseEui`, for text that must be an EUI-64. Throws DuisError 'duis.identifier.eui'. */
export function requireEui(text: string): Eui {
  const eui = parseEui(text);
  if (eui === undefined) throw new DuisError('duis.identifier.eui', `'${text.slice(0, 40)}' is not an EUI-64`);
  return eui;
}

/** The eight bytes of an EUI-64, most significant first. */
export function euiBytes(eui: Eui): Uint8Array {
  const bytes = new Uint8Array(8);
  for (let index = 0; index < 8; index++) bytes[index] = Number.parseInt(eui.slice(index * 3, index * 3 + 2), 16);
  return bytes;
}

/** The EUI-64 of eight bytes, most significant first. Throws DuisError 'duis.identifier.eui' on any other length. */
export function euiFromBytes(bytes: Uint8Array): Eui {
  if (bytes.length !== 8) throw new DuisError('duis.identifier.eui', `an EUI-64 has 8 bytes, not ${bytes.length}`);
  let text = '';
  for (const byte of bytes) text += (text === '' ? '' : '-') + byte.toString(16).padStart(2, '0').toUpperCase();
  return text as Eui;
}

/**
 * Reads 'ORIGINATOR:TARGET:COUNTER'. Hex in either case; the counter is decimal without leading zeros, up to 2^64 - 1.
 * White space around it, which xs:token would allow, is refused. Returns undefined when the text is no RequestID.
 */
export function parseRequestId(text: string): RequestId | undefined {
  const counterAt = EUI_LENGTH * 2 + 2;
  if (text[EUI_LENGTH] !== ':' || text[counterAt - 1] !== ':') return undefined;
  const originator = parseEui(text.slice(0, EUI_LENGTH));
  const target = parseEui(text.slice(EUI_LENGTH + 1, counterAt - 1));
  const digits = text.slice(counterAt);
  // A slice of 23 characters can only be the form with separators; colons inside an EUI are no RequestID.
  if (originator === undefined || target === undefined || !COUNTER.test(digits)) return undefined;
  if (text.indexOf(':') !== EUI_LENGTH || text.indexOf(':', EUI_LENGTH + 1) !== counterAt - 1) return undefined;
  const counter = BigInt(digits);
  return counter > MAXIMUM_COUNTER ? undefined : { originator, target, counter };
}

/** Writes a RequestID in canonical form: upper-case EUIs, decimal counter. */
export function formatRequestId(id: RequestId): string {
  return `${id.originator}:${id.target}:${id.counter}`;
}

/** The ResponseID that answers a request: the same counter with the two EUIs exchanged. */
export function responseIdOf(id: RequestId): RequestId {
  return { originator: id.target, target: id.originator, counter: id.counter };
}
