// What is said about changes, in words. Pure.
import {
  type AttachmentType,
  attachmentNameSchema,
  attachmentTypes,
  type CommentDocument,
  type Consultation,
  type MediationMessage,
  type MediationThread,
  MOST_ATTACHMENT_BYTES,
} from '@penstock/api/schemas';

export const consultationMarks: Readonly<Record<Consultation['state'], string>> = {
  none: 'penstock-change-draft',
  not_open: 'penstock-change-scheduled',
  open: 'penstock-change-in_progress',
  closed: 'penstock-change-done',
};
export const consultationWords: Readonly<Record<Consultation['state'], string>> = {
  none: 'No consultation',
  not_open: 'Not open',
  open: 'Open for comments',
  closed: 'Closed',
};

/** Who sees a comment, as its reader is told. */
export function seenBy({ sharing, isYours }: CommentDocument): string {
  if (sharing === 'everybody') return 'Seen by everybody who sees this change';
  return isYours ? 'Seen by you and the Operator' : 'Seen by this Party and the Operator';
}

/** The person of an author, 'User ID (person)'; undefined for a machine. */
const personOf = (author: string | undefined): string | undefined => /\(([^()]+)\)$/.exec(author ?? '')?.[1];

/** ', by ann@supplier.example' behind what was done; nothing where nobody is told, or a machine did it. */
export function byWhom(author: string | undefined): string {
  const person = personOf(author);
  return person === undefined ? '' : `, by ${person}`;
}

const days = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'short', year: 'numeric' });
/** '19 Nov 2026' */
export const dayInWords = (day: string): string => days.format(new Date(`${day}T00:00:00Z`));

type Mediation = MediationThread['mediation'];

/** Who wrote a message, as its reader is told. */
export function writerOf(mediation: Mediation, { from, party, by }: MediationMessage): string {
  const person = personOf(by);
  const named = (who: string) => (person === undefined ? who : `${who} (${person})`);
  if (from === 'you') return named('You');
  if (from === 'operator') return named('The Operator');
  if (from === 'other') return party === undefined ? 'The other side' : `The other side, ${party}`;
  return named(partyOf(mediation, from));
}

function partyOf(mediation: Mediation, side: 'first' | 'second'): string {
  const place = side === 'first' ? 0 : 1;
  return mediation.side === 'operator' ? (mediation.changes[place]?.owner.party ?? '') : '';
}

/** Who else has a message, as its reader is told; undefined where there is nothing to say. */
export function shownWords(mediation: Mediation, { from, shownTo, isNamed }: MediationMessage): string | undefined {
  if (from === 'other') return 'Shown to you; its time is told to the minute';
  if (shownTo === undefined) return undefined;
  if (shownTo === 'first' || shownTo === 'second') return `To ${partyOf(mediation, shownTo)} alone`;
  if (shownTo === 'both') return 'To both sides';
  if (shownTo === 'other') return `Shown to the other side${isNamed === true ? ', with the name' : ', without a name'}`;
  return from === 'operator' ? 'To you alone' : 'To the Operator alone';
}

export const typeWords: Readonly<Record<AttachmentType, string>> = {
  'application/pdf': 'PDF',
  'image/png': 'PNG image',
  'image/jpeg': 'JPEG image',
  'text/plain': 'Text',
  'text/csv': 'CSV',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'Word document',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'Excel workbook',
};
export const attachmentEndings = Object.values(attachmentTypes)
  .flat()
  .map((ending) => `.${ending}`);

/** '1.2 MB', '340 kB', '12 bytes'. */
export function sizeInWords(bytes: number): string {
  if (bytes >= 1_000_000) return `${(bytes / 1_000_000).toFixed(1)} MB`;
  return bytes >= 1_000 ? `${Math.round(bytes / 1_000)} kB` : `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}`;
}

/** What is wrong with a file before it is sent. What it really is, the platform looks at. */
export function fileFault(file: { readonly name: string; readonly size: number } | null): string | undefined {
  if (file === null) return 'Choose the file.';
  if (file.size === 0) return 'The file is empty. Choose another.';
  if (file.size > MOST_ATTACHMENT_BYTES) return `The file has ${sizeInWords(file.size)}. A file may have 10 MB.`;
  if (!attachmentEndings.some((ending) => file.name.toLowerCase().endsWith(ending))) {
    return `Choose a file whose name ends in ${attachmentEndings.join(', ')}.`;
  }
  return attachmentNameSchema.safeParse(file.name).success
    ? undefined
    : 'Rename the file: a name has no / \\ : * ? " < > | and at most 120 characters.';
}
