// Who is responsible for which device of a home, from the registrations of its metering points: the rules of
// DOMAIN.md, "Who may see which device of a home".
//
//   ESME, HCALCS           IS and ED of its import MPAN, ES and ED of its export MPAN, RSA of either
//   GSME, GPF              GS, GT and RSA of its MPRN
//   CHF, PPMID, IHD, CAD   both suppliers of the home: IS and GS
//
// Besides, the network operators of a home, who may be let see the titles of its devices that are no meters:
//
//   CHF, PPMID, IHD, CAD   ED and GT of the home's metering points, which give no right to send
//
// A device that came from another home, or another point, has nobody responsible for the time before by those of this one.
//
// A meter goes by its own metering points; every other device, which has none of its own, by those of its home.
import type { Eui } from '@penstock/duis';
import type { Span } from '../parties/parties.ts';
import type { DeviceKind, RegistrationRole, Responsibility } from './devices.ts';

export interface HomeDevice {
  readonly device: Eui;
  readonly kind: DeviceKind;
  readonly importMpan: string | undefined;
  readonly exportMpan: string | undefined;
  readonly mprn: string | undefined;
  /** Since when it is in this home and at these points, milliseconds since 1970; -Infinity where it is not known. */
  readonly placedAt: number;
}

export interface Registration extends Span {
  readonly mpxn: string;
  readonly role: RegistrationRole;
  readonly userId: Eui;
}

export interface DeviceResponsibility extends Responsibility {
  readonly device: Eui;
}

/** Two metering points that make different User IDs responsible for one device, in one role, at one time. */
export interface Contradiction {
  readonly device: Eui;
  readonly role: RegistrationRole;
  readonly first: Registration;
  readonly second: Registration;
}

type PointKind = 'import' | 'export' | 'gas';

const rolesOf: Readonly<Record<DeviceKind, Readonly<Record<PointKind, readonly RegistrationRole[]>>>> = {
  ESME: { import: ['IS', 'ED', 'RSA'], export: ['ES', 'ED', 'RSA'], gas: [] },
  HCALCS: { import: ['IS', 'ED', 'RSA'], export: ['ES', 'ED', 'RSA'], gas: [] },
  GSME: { import: [], export: [], gas: ['GS', 'GT', 'RSA'] },
  GPF: { import: [], export: [], gas: ['GS', 'GT', 'RSA'] },
  CHF: { import: ['IS'], export: [], gas: ['GS'] },
  PPMID: { import: ['IS'], export: [], gas: ['GS'] },
  IHD: { import: ['IS'], export: [], gas: ['GS'] },
  CAD: { import: ['IS'], export: [], gas: ['GS'] },
};

/** Devices that no metering point has of its own. */
const isOfHome = (kind: DeviceKind): boolean => ['CHF', 'PPMID', 'IHD', 'CAD'].includes(kind);

const networkRoles: Readonly<Record<PointKind, RegistrationRole>> = { import: 'ED', export: 'ED', gas: 'GT' };

interface Point {
  readonly mpxn: string;
  readonly kind: PointKind;
  /** Since when the meter, or the device itself, is at this point. */
  readonly since: number;
}

function pointsOf(device: HomeDevice): Point[] {
  const points: Point[] = [];
  const since = device.placedAt;
  if (device.importMpan !== undefined) points.push({ mpxn: device.importMpan, kind: 'import', since });
  if (device.exportMpan !== undefined) points.push({ mpxn: device.exportMpan, kind: 'export', since });
  if (device.mprn !== undefined) points.push({ mpxn: device.mprn, kind: 'gas', since });
  return points;
}

/** The registrations of a device's points in these roles, each from when the device was there. */
function applyingTo(
  device: HomeDevice,
  points: readonly Point[],
  registrations: readonly Registration[],
  isOfRole: (role: RegistrationRole, kind: PointKind) => boolean,
): Registration[] {
  return registrations.flatMap((registration) => {
    const since = points
      .filter(({ mpxn, kind }) => mpxn === registration.mpxn && isOfRole(registration.role, kind))
      .map((point) => point.since);
    if (since.length === 0) return [];
    const validFrom = Math.max(registration.validFrom, device.placedAt, Math.min(...since));
    return validFrom < registration.validTo ? [{ ...registration, validFrom }] : [];
  });
}

/**
 * The responsibilities of all devices of one home, in order of device, role and time; spans of one User ID that
 * touch or overlap are one. Contradictions are returned beside: with any, the result must not be used.
 * @param registrations those of the home's metering points; the spans of one MPxN and role do not overlap
 */
export function deriveResponsibility(
  home: readonly HomeDevice[],
  registrations: readonly Registration[],
): {
  responsibilities: DeviceResponsibility[];
  homeNetworks: DeviceResponsibility[];
  contradictions: Contradiction[];
} {
  const homeNetworks: DeviceResponsibility[] = [];
  const responsibilities: DeviceResponsibility[] = [];
  const contradictions: Contradiction[] = [];
  const ofHome = home.filter(({ kind }) => kind === 'ESME' || kind === 'GSME').flatMap(pointsOf);
  for (const device of home) {
    const own = pointsOf(device);
    const isMeter = device.kind === 'ESME' || device.kind === 'GSME';
    const points = isMeter || own.length > 0 ? own : ofHome;
    const applying = applyingTo(device, points, registrations, (role, kind) =>
      rolesOf[device.kind][kind].includes(role),
    );
    for (const [role, spans] of Map.groupBy(applying, (registration) => registration.role)) {
      merge(device.device, role, spans, responsibilities, contradictions);
    }
    if (!isOfHome(device.kind)) continue;
    const networks = applyingTo(device, points, registrations, (role, kind) => networkRoles[kind] === role);
    // each network by itself: two of a home contradict nobody
    for (const spans of Map.groupBy(networks, ({ role, userId }) => `${role} ${userId}`).values()) {
      const [{ role }] = spans as [Registration, ...Registration[]];
      merge(device.device, role, spans, homeNetworks, contradictions);
    }
  }
  return { responsibilities, homeNetworks, contradictions };
}

function merge(
  device: Eui,
  role: RegistrationRole,
  spans: readonly Registration[],
  responsibilities: DeviceResponsibility[],
  contradictions: Contradiction[],
): void {
  let last: { from: Registration; validTo: number } | undefined;
  const close = () => {
    if (last === undefined) return;
    const { validFrom, userId } = last.from;
    responsibilities.push({ device, role, userId, validFrom, validTo: last.validTo });
  };
  for (const span of spans.toSorted((one, other) => one.validFrom - other.validFrom)) {
    if (last !== undefined && last.from.userId === span.userId && span.validFrom <= last.validTo) {
      last = { from: last.from, validTo: Math.max(last.validTo, span.validTo) };
      continue;
    }
    if (last !== undefined && span.validFrom < last.validTo) {
      contradictions.push({ device, role, first: last.from, second: span });
      continue;
    }
    close();
    last = { from: span, validTo: span.validTo };
  }
  close();
}
