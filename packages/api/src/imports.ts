// The CSV files by which an Operator brings in parties, User IDs, certificates, officers, devices and registrations.
// This file is their contract: the columns, what may go wrong in a row, and what an import answers.
import { z } from 'zod';

/** The columns of each kind of file, in the order in which the header line must name them. */
export const importColumns = {
  parties: ['party_id', 'name', 'kind'],
  'user-ids': ['user_id', 'party_id', 'roles', 'receive_url', 'delivery'],
  certificates: ['user_id', 'purpose', 'certificate', 'role'],
  officers: ['user_id', 'name', 'email', 'telephone', 'certificate'],
  devices: [
    'device',
    'kind',
    'status',
    'home',
    'import_mpan',
    'export_mpan',
    'mprn',
    'manufacturer',
    'model',
    'firmware',
    'region',
    'smets',
  ],
  registrations: ['mpxn', 'role', 'user_id', 'valid_from', 'valid_to'],
} as const;

/** In the order in which they must be imported: each refers to the ones before it. */
export const importKinds = ['parties', 'user-ids', 'certificates', 'officers', 'devices', 'registrations'] as const;
export type ImportKind = (typeof importKinds)[number];
export const importKindSchema = z.enum(importKinds);

/** What can be wrong in a file, each with what to do. Stable: machines may rely on the codes. */
export const importErrors = {
  'import.encoding': 'Save the file as UTF-8.',
  'import.csv':
    'Write the file as RFC 4180 says: comma, double quotes around fields that hold a comma, quote or line end.',
  'import.header': 'Make the first line exactly the column names of docs/imports.md, in that order.',
  'import.columns': 'Give every line as many fields as the header line.',
  'import.value.missing': 'Fill in the field.',
  'import.value.invalid': 'Correct the field; the message says what is allowed.',
  'import.duplicate': 'Keep one of the lines: the same key stands twice in the file.',
  'import.unknown-party': 'Import the party first, or correct its identifier.',
  'import.unknown-user': 'Import the User ID first, or correct it.',
  'import.certificate.unreadable': 'Give one X.509 certificate, as base64 of its DER or as PEM text.',
  'import.certificate.key': 'Use a key on the curve P-256: DUIS signatures are ecdsa-sha256 on it.',
  'import.certificate.user': 'Register the certificate under the User ID in its subject (x500UniqueIdentifier).',
  'import.certificate.other-user': 'The certificate is registered for another User ID; give each User ID its own.',
  'import.certificate.role':
    'Give a certificate for TLS a role of its side, the Operator’s or the Users’, or none; one that signs has none.',
  'import.certificate.more-than-own': 'Ask somebody who has the rights of this role; nobody gives more than one has.',
  'import.officer.key': 'Use a File Signing certificate with RSA of 2048 bits or more, or a key on P-256 or P-384.',
  'import.officer.signs-messages':
    'Give the officer a certificate of its own: one that signs messages must not sign files as well.',
  'import.officer.other-person':
    'One person is one officer with one address: register under the address that is known, or, where that changed, revoke what is registered under the old one and register a new certificate with a new key.',
  'import.officer.same-name':
    'Register the person under the address that is known, or revoke what is registered under the old one first; of two people with one name write it so that they are told apart.',
  'import.home': 'A home is named by the EUI-64 of its communications hub: an imported or known device of kind CHF.',
  'import.mpxn':
    'An MPAN has 13 digits and stands on ESME and HCALCS only; an MPRN has 6 to 10 and stands on GSME only.',
  'import.registration.role': 'IS, ES and ED are registered for MPANs, GS and GT for MPRNs; RSA for either.',
  'import.registration.user-role': 'Give the User ID this role first, or correct the role.',
  'import.registration.span': 'valid_from must be before valid_to.',
  'import.registration.overlap':
    'End the earlier registration where the later begins: spans of one MPxN and role must not overlap.',
  'import.registration.contradiction':
    'Two metering points of one device name different parties for the same role and time; correct one.',
} as const;
export type ImportErrorCode = keyof typeof importErrors;

/** One fault. `line` counts lines of the file from 1 (the header); 0 is the file as a whole. */
export const importFaultSchema = z.object({
  line: z.int().min(0),
  column: z.string().optional(),
  code: z.string(),
  message: z.string(),
  action: z.string(),
});
export type ImportFault = z.infer<typeof importFaultSchema>;

/** How many faults one answer lists; `faults` beyond it are counted only. */
export const MOST_LISTED_FAULTS = 1_000;

/** An import is applied whole or not at all; `changed` rows differ from what was known before. */
export const importResultSchema = z.object({
  kind: importKindSchema,
  rows: z.int().min(0),
  changed: z.int().min(0),
  /** What is odd and was applied all the same, such as a time in which nobody is registered; the first hundred. */
  notes: z.array(z.object({ line: z.int().min(0), message: z.string() })).optional(),
});
export type ImportResult = z.infer<typeof importResultSchema>;
