/**
 * Which of the web services takes which Command Variant.
 *
 * From the remarks of the public schema at CommandVariant: what returns at once (a command for local delivery only,
 * or an answer of the Operator itself) goes to the service that the schema calls "DCC Only", the non-device service;
 * so 2 and 6 go there too, although they concern a device. 9 is internal to the Operator and goes nowhere.
 */

/** The three services that Users send to. */
export type WebService = 'transform' | 'send-command' | 'non-device';

const serviceByCommandVariant: ReadonlyMap<number, WebService> = new Map([
  [1, 'send-command'],
  [2, 'non-device'],
  [3, 'send-command'],
  [4, 'transform'],
  [5, 'send-command'],
  [6, 'non-device'],
  [7, 'send-command'],
  [8, 'non-device'],
]);

/** The service that takes this Command Variant; undefined for 9 and for what is no Command Variant. */
export function serviceFor(commandVariant: number): WebService | undefined {
  return serviceByCommandVariant.get(commandVariant);
}
