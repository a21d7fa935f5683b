// What is recorded, and told, of changes to Parties, User IDs, certificates, officers, keys and addresses. Pure.
import { differenceWords, type RecordedChange } from '../foundation/activity.ts';
import { fingerprintText } from './ssh-keys.ts';

export interface ChangedParty {
  readonly party_id: string;
  readonly name: string;
  readonly kind: string;
  /** null: there was none. */
  readonly name_before: string | null;
  readonly kind_before: string | null;
}

export function recordedParty(row: ChangedParty): RecordedChange {
  const detail = differenceWords({ name: [row.name_before, row.name], kind: [row.kind_before, row.kind] });
  return { what: row.name_before === null ? 'party-registered' : 'party-changed', partyId: row.party_id, detail };
}

export interface ChangedUser {
  readonly user_id: string;
  readonly party_id: string;
  readonly roles: string;
  readonly delivery: string;
  readonly receive_url: string | null;
  readonly party_before: string | null;
  readonly roles_before: string | null;
  readonly delivery_before: string | null;
  readonly url_before: string | null;
}

/** Without what may be a secret in it. */
function shownAddress(text: string | null): string | null {
  if (text === null || !URL.canParse(text)) return text;
  const { origin, pathname } = new URL(text);
  return origin + pathname;
}

/** A Party sees which User IDs it gets and loses; of one that it lost nothing else. */
export function recordedUser(row: ChangedUser): RecordedChange[] {
  const isNew = row.party_before === null;
  const isMoved = !isNew && row.party_before !== row.party_id;
  const [before, after] = [shownAddress(row.url_before), shownAddress(row.receive_url)];
  const words = differenceWords({
    Party: [row.party_before, row.party_id],
    roles: [row.roles_before, row.roles],
    delivery: [row.delivery_before, row.delivery],
    'address for delivery': [before, after],
  });
  const isHidden = before === after && row.url_before !== row.receive_url;
  const detail = [...(words === '' ? [] : [words]), ...(isHidden ? ['address for delivery: changed'] : [])].join('; ');
  const own: RecordedChange = {
    what: isNew ? 'user-id-registered' : 'user-id-changed',
    acting: row.user_id,
    ...(isNew || isMoved ? { partyId: row.party_id } : {}),
    detail,
    ...(isNew ? {} : { told: `The Operator changed this User ID. ${detail}.` }),
  };
  if (!isMoved || row.party_before === null) return [own];
  const lost = `${row.user_id} is no longer of this Party`;
  return [own, { what: 'user-id-changed', partyId: row.party_before, detail: lost }];
}

export interface NamedCertificate {
  readonly user_id: string;
  readonly purpose: string;
  readonly issuer: string;
  readonly serial: string;
  /** Hex. */
  readonly fingerprint: string;
}

/** What a machine with it may do at the API; null: nothing. */
export interface CertificateRole extends NamedCertificate {
  readonly role: string | null;
  readonly role_before: string | null;
}

export interface AddedCertificate extends NamedCertificate {
  readonly not_after: Date;
  readonly role: string | null;
  /** Another one of this purpose is valid already. */
  readonly is_renewal: boolean;
}

/** As the lists name it. */
function nameOfCertificate({ serial, issuer }: Pick<NamedCertificate, 'serial' | 'issuer'>): string {
  return `number ${serial} of ${issuer}`;
}

const day = (at: Date): string => at.toISOString().slice(0, 10);

/** By its purpose too: one certificate may have both. */
export const certificateSubject = ({ purpose, fingerprint }: Pick<NamedCertificate, 'purpose' | 'fingerprint'>) =>
  `${purpose}:${fingerprint}`;

export function recordedCertificate(row: AddedCertificate): RecordedChange {
  const asWhat = row.role === null ? '' : `, at the API as ${row.role.replaceAll('_', ' ')}`;
  const detail = `for ${row.purpose}, ${nameOfCertificate(row)}, until ${day(row.not_after)}${asWhat}`;
  return {
    what: row.is_renewal ? 'certificate-renewed' : 'certificate-registered',
    acting: row.user_id,
    subject: certificateSubject(row),
    detail,
    told: `A certificate was registered for this User ID: ${detail}.`,
  };
}

export function recordedCertificateRole(row: CertificateRole): RecordedChange {
  const role = [row.role_before, row.role].map((one) => one?.replaceAll('_', ' ') ?? null);
  const detail = `${nameOfCertificate(row)}: ${differenceWords({ role: [role[0], role[1]] })}`;
  return {
    what: 'certificate-role-changed',
    acting: row.user_id,
    subject: certificateSubject(row),
    detail,
    told: `What a machine of this User ID may do at the API was changed: certificate ${detail}.`,
  };
}

export function recordedRevocation(row: NamedCertificate): RecordedChange {
  const detail = `for ${row.purpose}, ${nameOfCertificate(row)}`;
  return {
    what: 'certificate-revoked',
    acting: row.user_id,
    subject: certificateSubject(row),
    detail,
    told: `A certificate of this User ID was revoked: ${detail}.`,
  };
}

export interface ChangedOfficer {
  readonly user_id: string;
  readonly fingerprint: string;
  readonly name: string;
  readonly email: string;
  readonly telephone: string | null;
  readonly issuer: string;
  readonly serial: string;
  readonly name_before: string | null;
  readonly email_before: string | null;
  readonly telephone_before: string | null;
}

export function recordedOfficer(row: ChangedOfficer): RecordedChange {
  const { user_id: acting, fingerprint: subject } = row;
  if (row.name_before === null) {
    const detail = `${row.name}, ${row.email}, certificate ${nameOfCertificate(row)}`;
    const told = `An officer was registered, who may sign files for this User ID: ${detail}.`;
    return { what: 'officer-registered', acting, subject, detail, told };
  }
  const words = differenceWords({
    name: [row.name_before, row.name],
    'e-mail': [row.email_before, row.email],
    telephone: [row.telephone_before, row.telephone],
  });
  const detail = `${row.email}: ${words}`;
  return {
    what: 'officer-changed',
    acting,
    subject,
    detail,
    told: `An officer of this User ID was changed. ${detail}.`,
  };
}

interface Policy {
  readonly secondOfficer: boolean;
  readonly secondOfficerForRelease: boolean;
  readonly deputies: readonly string[];
}

export function recordedPolicy(acting: string, before: Policy, after: Policy): RecordedChange {
  const asks = (isAsked: boolean): string => (isAsked ? 'asked for' : 'not asked for');
  const detail = differenceWords({
    'second officer': [asks(before.secondOfficer), asks(after.secondOfficer)],
    'second officer for a release': [asks(before.secondOfficerForRelease), asks(after.secondOfficerForRelease)],
    'who may be the second': [before.deputies.join(' ') || 'any', after.deputies.join(' ') || 'any'],
  });
  const told = `Who must sign files beside the first officer was changed for this User ID. ${detail}.`;
  return { what: 'officer-policy-changed', acting, detail, told };
}

export interface ChangedKey {
  readonly user_id: string;
  /** Hex. */
  readonly fingerprint: string;
  readonly algorithm: string;
  readonly name: string;
  readonly name_before: string | null;
}

export function recordedKey(row: ChangedKey): RecordedChange {
  const { user_id: acting, fingerprint: subject, name, name_before: before } = row;
  const key = `${row.algorithm} ${fingerprintText(Buffer.from(subject, 'hex'))}`;
  if (before === null) {
    const detail = `${name}, ${key}`;
    const told = `An SSH key was registered, by which files may come in for this User ID: ${detail}.`;
    return { what: 'ssh-key-registered', acting, subject, detail, told };
  }
  return { what: 'ssh-key-renamed', acting, subject, detail: `${key}: ${differenceWords({ name: [before, name] })}` };
}

export interface ChangedAddress {
  readonly user_id: string;
  /** Hex. */
  readonly fingerprint: string;
  readonly address: string;
  readonly issuer: string;
  readonly serial: string;
  readonly address_before: string | null;
}

export function recordedAddress(row: ChangedAddress): RecordedChange {
  const { user_id: acting, fingerprint: subject, address, address_before: before } = row;
  const name = `certificate ${nameOfCertificate(row)}`;
  if (before === null) {
    const detail = `${address}, ${name}`;
    const told = `An address was registered, to which receipts and reports of this User ID go by e-mail: ${detail}.`;
    return { what: 'mail-address-registered', acting, subject, detail, told };
  }
  const detail = `${name}: ${differenceWords({ address: [before, address] })}`;
  const told = `An address to which receipts and reports of this User ID go by e-mail was changed. ${detail}.`;
  return { what: 'mail-address-changed', acting, subject, detail, told };
}

/** What of each is recorded and told when it is revoked. */
export const revocations = {
  officer: { what: 'officer-revoked', words: 'An officer of this User ID was revoked and signs no more files' },
  ssh_key: { what: 'ssh-key-revoked', words: 'An SSH key of this User ID was revoked' },
  email_recipient: {
    what: 'mail-address-revoked',
    words: 'An address of this User ID gets no more receipts and reports by e-mail',
  },
} as const;
