/** Messages to record in tests, as the gateway would hand them over. */
import { createHash } from 'node:crypto';
import type { Eui } from '@penstock/duis';
import { countedByNone, type NewMessage } from './message.ts';

export const userA = '90-B3-D5-1F-30-01-00-00' as Eui;
export const userB = '90-B3-D5-1F-30-02-00-00' as Eui;
export const meter = '00-DB-12-34-56-78-90-A0' as Eui;

/** A passed request of user A with this counter, whose bytes are its own; `changes` on top. */
export function newMessage(counter: bigint, changes: Partial<NewMessage> = {}): NewMessage {
  const bytes = changes.bytes ?? Buffer.from(`message ${counter}`);
  return {
    userId: userA,
    lane: 0,
    direction: 'southbound',
    kind: 'service_request',
    verdict: 'passed',
    commandVariant: 1,
    originator: userA,
    target: meter,
    counter,
    srv: '4.1.1',
    code: 'I99',
    reason: undefined,
    sha256: createHash('sha256').update(bytes).digest(),
    bytes,
    rising: true,
    devices: [meter],
    signer: undefined,
    counted: countedByNone,
    breach: undefined,
    header: { schemaVersion: '5.4' },
    ...changes,
  };
}
