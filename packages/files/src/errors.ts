/**
 * The registry of what can be wrong with a file or its signature. A code is stable once released; `title` says what is
 * wrong, `action` what to do. A fault of a file adds where it is and the value; docs/files.md has every code.
 */

/** What a code means and what to do about it. */
export interface ErrorDescription {
  readonly title: string;
  readonly action: string;
}

const registry = {
  // ------------------------------------------------------------------ the form of a file
  'files.encoding': { title: 'The line is not UTF-8', action: 'Save the file as UTF-8.' },
  'files.header': {
    title: 'The first line is not the header of this kind of file',
    action: 'Begin the file with exactly the header that docs/files.md gives.',
  },
  'files.kind': {
    title: 'The file is of another kind than was asked for',
    action: 'Use the command, or the page, for this kind of file.',
  },
  'files.version': {
    title: 'The version of the file is not known',
    action: 'Write the file in a version that is known.',
  },
  'files.quote': {
    title: 'A quotation mark is where RFC 4180 does not allow it, or a quoted cell does not end on its line',
    action: 'Quote the whole cell, double each quotation mark in it, and leave line breaks out.',
  },
  'files.columns': {
    title: 'The row has more or fewer cells than the header',
    action: 'Give the row a cell for each column; cells may be empty.',
  },
  'files.row-kind': {
    title: 'The first cell is not a kind of row of this file',
    action: 'Begin the row with one of the kinds that the message names.',
  },
  'files.line-length': {
    title: 'The line is longer than is taken',
    action: 'Shorten the line, or end it with a line break.',
  },
  'files.rows': {
    title: 'The file has more rows than are taken',
    action: 'Split a file of decisions; a file that is a whole set has to fit.',
  },
  'files.bytes': {
    title: 'The file is larger than is taken',
    action: 'Split a file of decisions; a file that is a whole set has to fit.',
  },
  'files.empty': {
    title: 'The file has no rows',
    action: 'Add a row; a file that ends all thresholds, or all limits, says so by a row of the kind none.',
  },
  'files.unused': { title: 'A cell that this kind of row does not use is not empty', action: 'Empty the cell.' },
  // ------------------------------------------------------------------ values
  'files.eui': {
    title: 'The value is not an EUI-64',
    action: 'Write eight pairs of hex digits joined by hyphens, as 90-B3-D5-1F-30-01-00-00.',
  },
  'files.number': {
    title: 'The value is not a whole number between 0 and 1,000,000,000,000,000',
    action: 'Write digits only: no sign, point, separator or exponent.',
  },
  'files.instant': {
    title: 'The value is not an instant',
    action: 'Write date, time and offset as RFC 3339 says: 2026-12-24T18:00:00Z or 2026-12-24T18:00:00+00:00.',
  },
  'files.text': {
    title: 'The text is too long or has a character that is not allowed',
    action: 'Shorten the text and take control characters out.',
  },
  'files.references': {
    title: 'The file names more service requests than are taken',
    action: 'Name the request under which the whole was agreed, or leave cells empty.',
  },
  'files.services': {
    title: 'The value names no services',
    action: 'Write all, alerts, or service request variants parted by one space, as 4.1.1 4.1.2.',
  },
  'files.srv': {
    title: 'The service request variant is not in the catalogue',
    action: 'Correct the number; it is that of the variant, as 4.1.1.',
  },
  'files.direction': {
    title: 'The value is not a direction that fits here',
    action: 'Write sent, received or processed; alerts are only received or processed.',
  },
  'files.period': {
    title: 'The value is not a period between one second and 31 days',
    action: 'Write an ISO 8601 duration: PT15M, PT24H, P1D, P1W.',
  },
  'files.period-calendar': {
    title: 'Months and years have no fixed length',
    action: 'Write the period in weeks, days, hours, minutes or seconds: P30D.',
  },
  'files.event': {
    title: 'The value is not the reference of a quarantine event',
    action: 'Write the 1 to 20 digits of the report; in a spreadsheet, keep the column as text.',
  },
  'files.message-id': {
    title: 'The value is not a RequestID or ResponseID',
    action: 'Write ORIGINATOR:TARGET:COUNTER as the report gives it.',
  },
  'files.sha256': {
    title: 'The value is not a SHA-256, or is missing where it is needed',
    action: 'Write the 64 hex digits of the report.',
  },
  'files.action': { title: 'The value is not an action', action: 'Write process or delete.' },
  'files.message-kind': {
    title: 'The value is not a kind of event or message that fits here',
    action: 'Write one of the kinds that the message names.',
  },
  'files.attribute': {
    title: 'The value is not the id of an attribute',
    action: 'Write the id as docs/values.md gives it: letters, digits, dots, slashes and hyphens.',
  },
  'files.attribute-unknown': {
    title: 'The attribute is not in the catalogue',
    action: 'Take the id from docs/values.md, with the part that all ids of its request begin with.',
  },
  'files.decimal': {
    title: 'The value is not a plain decimal of at most 40 digits',
    action: 'Write digits, with a sign and a point where they are needed: -0.05, 1250. No exponent, no separator.',
  },
  // ------------------------------------------------------------------ thresholds, and limits, together
  'files.user-ids': {
    title: 'The file names more than one User ID',
    action: 'Write one file for each User ID.',
  },
  'files.warning': {
    title: 'The warning number is above the quarantine number',
    action: 'Lower the warning, or leave it empty for none.',
  },
  'files.operator-warning': {
    title: 'A threshold of the Operator has a warning',
    action: 'Leave the warning empty: what counts across all Users only holds.',
  },
  'files.limit-absent': {
    title: 'The row sets no limit',
    action: 'Give a minimum, a maximum or both; to end a limit, take its row out.',
  },
  'files.limit-order': {
    title: 'The minimum is above the maximum',
    action: 'Lower the minimum, or raise the maximum; between them lies what passes.',
  },
  'files.span': { title: 'The span does not end after it begins', action: 'Let from be before to.' },
  'files.overlap': {
    title: 'Two rows set the same threshold, or limits of the same attribute, for the same time',
    action: 'Keep one of the two, or end the first where the second begins.',
  },
  'files.exception-threshold': {
    title: 'The exception lies within no threshold of this file',
    action:
      'Give the exception the services, direction and period of a threshold row, and a time within that row’s from and to.',
  },
  'files.exception-span': {
    title: 'The exception has no beginning or no end',
    action: 'Give an exception both from and to.',
  },
  'files.thresholds': {
    title: 'The file sets more thresholds than are taken',
    action: 'Set fewer: at most 1,000, each with its services, direction and period.',
  },
  'files.periods': {
    title: 'The file has more different periods than are taken',
    action: 'Use at most eight different periods in a file.',
  },
  'files.counting': {
    title: 'One message would count for more thresholds than are taken',
    action:
      'Let at most 16 thresholds count a message of any variant and direction; those of all services count with it.',
  },
  'files.none': {
    title: 'A row of the kind none stands beside other rows',
    action: 'Keep none alone to end all thresholds, or all limits, or take it out.',
  },
  // ------------------------------------------------------------------ decisions and reports
  'files.repeated': { title: 'The same item is named twice', action: 'Keep one of the two rows.' },
  'files.report-order': {
    title: 'The rows of the report are not in its order',
    action: 'Take the report as the Operator gave it: by event, by service request variant, in the order of holding.',
  },
  'files.report-count': {
    title: 'The event does not have as many held rows as it says',
    action: 'Take the report as the Operator gave it: rows are missing or too many.',
  },
  'files.not-held': {
    title: 'The report holds no such item',
    action: 'Correct event and message_id, or take a newer report.',
  },
  'files.other-bytes': {
    title: 'The report holds this message with another SHA-256',
    action: 'Take the SHA-256 from the report.',
  },
  'files.ambiguous': {
    title: 'The event holds several messages of this message_id',
    action: 'Say which by its SHA-256.',
  },
  'files.write': { title: 'A value cannot be written into this file', action: 'Correct what the message names.' },
} as const satisfies Record<string, ErrorDescription>;

/** Every code of a file's content; those of signatures are in `signatureErrors`. */
export type FileErrorCode = keyof typeof registry;

/** The registry of the codes: what each means and what to do about it. */
export const fileErrors: Readonly<Record<FileErrorCode, ErrorDescription>> = registry;

/** What the writers throw: a file that the reader would refuse is never written. */
export class FileError extends Error {
  readonly code: FileErrorCode;

  constructor(code: FileErrorCode, message: string) {
    super(message);
    this.name = 'FileError';
    this.code = code;
  }
}
