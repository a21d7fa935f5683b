// The look-up of devices on the way of every message: one round trip for a batch of hundreds.
//
// Measured on PostgreSQL 18 with 200,000 devices and 600,000 responsibilities, microseconds of CPU a device, of
// PostgreSQL and of this process: 250 devices a call 6 and 3, 85 a call 6 and 3, 15 a call 9 and 7. Gathering the spans
// from the table of responsibilities took PostgreSQL 15, 15 and 20; a plain join, with three rows a device to parse, was
// half as slow again. (The driver decodes every value as UTF-8, so the binary format of results cannot be used; one
// bytea of all is the nearest to it: see migrations/0005_find_devices.sql.)
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import { macaddr8Array } from '../foundation/database/binary.ts';
import type { DeviceKind, DeviceStatus, KnownDevice, RegistrationRole, Responsibility } from './devices.ts';

const PACKED_BYTES = 27;
const MILLISECONDS_TO_2000 = Date.UTC(2000, 0, 1);
const MOST_POSITIVE = 2n ** 63n - 1n;
const MOST_NEGATIVE = -(2n ** 63n);

const hexPairs = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0').toUpperCase());

function euiAt(bytes: Buffer, at: number): Eui {
  let text = hexPairs[bytes[at] ?? 0] ?? '';
  for (let index = at + 1; index < at + 8; index += 1) text += `-${hexPairs[bytes[index] ?? 0]}`;
  return text as Eui;
}

/** A timestamptz in binary, as milliseconds since 1970; PostgreSQL's infinities are its extreme values. */
function timeAt(bytes: Buffer, at: number): number {
  const microseconds = bytes.readBigInt64BE(at);
  if (microseconds === MOST_POSITIVE) return Infinity;
  if (microseconds === MOST_NEGATIVE) return -Infinity;
  return Number(microseconds) / 1_000 + MILLISECONDS_TO_2000;
}

function unpack(packed: Buffer, start: number, end: number): Responsibility[] {
  const spans: Responsibility[] = [];
  for (let at = start; at < end; at += PACKED_BYTES) {
    spans.push({
      userId: euiAt(packed, at),
      validFrom: timeAt(packed, at + 8),
      validTo: timeAt(packed, at + 16),
      role: packed.toString('latin1', at + 24, at + 27).trimEnd() as RegistrationRole,
    });
  }
  return spans;
}

const NO_HOME = '00-00-00-00-00-00-00-00';

/** What is known of each of the devices; an unknown device is not in the answer. The list may repeat devices. */
export async function findDevices(
  pool: pg.Pool | pg.PoolClient,
  devices: readonly Eui[],
): Promise<ReadonlyMap<Eui, KnownDevice>> {
  const known = new Map<Eui, KnownDevice>();
  if (devices.length === 0) return known;
  const { rows } = await pool.query<{ packed: Buffer | null; words: string | null }>({
    name: 'find-devices',
    text: 'select packed, words from find_devices($1::macaddr8[])',
    values: [macaddr8Array(devices)],
  });
  const { packed, words } = rows[0] ?? {};
  if (!packed || !words) return known;
  let at = 0;
  for (const word of words.split(',')) {
    const [kind, status, generation] = word.split(' ');
    const home = euiAt(packed, at + 8);
    const end = at + 20 + packed.readInt32BE(at + 16);
    known.set(euiAt(packed, at), {
      kind: kind as DeviceKind,
      status: status as DeviceStatus,
      home: home === NO_HOME ? undefined : home,
      responsible: unpack(packed, at + 20, end),
      isSmets1: generation === '1',
    });
    at = end;
  }
  return known;
}
