import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ImportKind, importColumns, importKinds } from '@penstock/api';
import type { Device, Home, Network } from './homes.ts';
import { OPERATOR, OPERATOR_ID, type Party, type SimulatedUser } from './parties.ts';
import { fileNameOf, type Pki } from './pki.ts';

/**
 * The simulated network as the CSV files by which an Operator brings in parties, User IDs, certificates, officers,
 * devices and registrations; in the columns of the contract (packages/api), one text a kind.
 */

export interface ImportOptions {
  readonly network: Network;
  readonly users: readonly SimulatedUser[];
  readonly pki: Pki;
  /** Where a User that is pushed to receives; undefined: it pulls. */
  readonly receiveUrl: (user: SimulatedUser) => string | undefined;
}

type Row<Kind extends ImportKind> = Readonly<Partial<Record<(typeof importColumns)[Kind][number], string>>>;

/** Every import file of the network, in the order in which they are to be imported. */
function importFiles(options: ImportOptions): ReadonlyMap<ImportKind, string> {
  const { network, users, pki } = options;
  const parties = new Map<string, Party>([
    [OPERATOR.id, OPERATOR],
    ...users.map(({ party }) => [party.id, party] as const),
  ]);
  const userRows = users.map((user): Row<'user-ids'> => {
    const url = user.delivery === 'push' ? options.receiveUrl(user) : undefined;
    return {
      user_id: user.userId,
      party_id: user.party.id,
      roles: user.roles.join('|'),
      ...(url === undefined ? { delivery: 'pull' } : { delivery: 'push', receive_url: url }),
    };
  });
  return new Map<ImportKind, string>([
    [
      'parties',
      csv(
        'parties',
        [...parties.values()].map(({ id, name, kind }) => ({ party_id: id, name, kind })),
      ),
    ],
    [
      'user-ids',
      csv('user-ids', [
        { user_id: OPERATOR_ID, party_id: OPERATOR.id, roles: 'OPERATOR', delivery: 'pull' },
        ...userRows,
      ]),
    ],
    ['certificates', csv('certificates', certificateRows(pki))],
    ['officers', csv('officers', officerRows(pki))],
    [
      'devices',
      csv('devices', [
        ...network.homes.flatMap((home) => home.devices.map((device) => deviceRow(device, home))),
        ...[...network.stock, ...network.former].map((device) => deviceRow(device)),
      ]),
    ],
    [
      'registrations',
      csv(
        'registrations',
        network.registrations.map(({ mpxn, role, userId, from, to }) => ({
          mpxn,
          role,
          user_id: userId,
          valid_from: from.toISOString(),
          ...(to === undefined ? {} : { valid_to: to.toISOString() }),
        })),
      ),
    ],
  ]);
}

/** Writes `<kind>.csv` for every kind into the folder, which is made when it is missing. */
export async function writeImportFiles(folder: string, options: ImportOptions): Promise<void> {
  await mkdir(folder, { recursive: true });
  const files = importFiles(options);
  for (const kind of importKinds) await writeFile(join(folder, `${kind}.csv`), files.get(kind) ?? '');
}

function certificateRows(pki: Pki): Row<'certificates'>[] {
  return [...pki.users.values()].flatMap(({ userId, signing, transport, machines }) => {
    const connecting = (certificate: string, role?: string) => ({
      user_id: userId,
      purpose: 'transport',
      certificate: derOf(certificate),
      ...(role === undefined ? {} : { role }),
    });
    return [
      { user_id: userId, purpose: 'signing', certificate: derOf(signing.certificate) },
      // a User's one machine takes what comes and brings what its officers signed; the Operator's for the network has no role
      connecting(transport.certificate, machines.size === 0 ? 'aro' : undefined),
      ...[...machines].map(([role, { certificate }]) => connecting(certificate, role)),
    ];
  });
}

function officerRows(pki: Pki): Row<'officers'>[] {
  return [...pki.users.values()].flatMap(({ userId, officers }, user) =>
    officers.map(({ certificate }, index) => ({
      user_id: userId,
      name: `Officer ${index + 1}`,
      email: `officer-${index + 1}.${fileNameOf(userId).toLowerCase()}@example.org`,
      // of the numbers that are set aside for fiction
      telephone: `+44 1632 ${960_000 + user * officers.length + index + 1}`,
      certificate: derOf(certificate),
    })),
  );
}

/** The base64 of a PEM certificate, in one line. */
function derOf(pem: string): string {
  return pem.replace(/-----(?:BEGIN|END) CERTIFICATE-----|\s/g, '');
}

function deviceRow(device: Device, home?: Home): Row<'devices'> {
  const electricity = device.kind === 'ESME' || device.kind === 'HCALCS';
  return {
    device: device.device,
    kind: device.kind,
    status: device.status,
    home: home?.id ?? '',
    import_mpan: (electricity ? home?.importMpan : undefined) ?? '',
    export_mpan: (electricity ? home?.exportMpan : undefined) ?? '',
    mprn: (device.kind === 'GSME' ? home?.mprn : undefined) ?? '',
    manufacturer: device.manufacturer,
    model: device.model,
    firmware: device.firmware,
    region: home?.region ?? '',
    smets: '2',
  };
}

function csv<Kind extends ImportKind>(kind: Kind, rows: readonly Row<Kind>[]): string {
  const columns: readonly (typeof importColumns)[Kind][number][] = importColumns[kind];
  const lines = rows.map((row) => columns.map((column) => field(row[column] ?? '')).join(','));
  return `${[columns.join(','), ...lines].join('\r\n')}\r\n`;
}

function field(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
