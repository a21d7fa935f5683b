// What a client of SMTP is told of a failure: 4xx where the same mail may be taken later, else 5xx. Pure.
import { type ErrorCode, errorCodes, PenstockError } from '../../foundation/errors.ts';

/** Of what is said in a reply; a line of SMTP has 512 bytes. */
const LONGEST_REPLY = 400;

/** Not the mail's fault: its server tries again. */
const passing: readonly ErrorCode[] = [
  'submissions.upload-under-way',
  'submissions.no-trust',
  'database.unavailable',
  'email.busy',
];
const codes: Partial<Record<ErrorCode, number>> = { 'ways.closed': 550, 'request.too-large': 552 };

/** What a client is told. */
export class Reply extends Error {
  readonly responseCode: number;
  constructor(responseCode: number, text: string) {
    super(
      text
        .replaceAll('’', "'")
        .replaceAll(/[^ -~]/g, '?')
        .slice(0, LONGEST_REPLY),
    );
    this.responseCode = responseCode;
  }
}

export function replyTo(error: unknown): Reply {
  if (!(error instanceof PenstockError)) return new Reply(451, 'the mail could not be taken; try again later');
  const { code, detail } = error;
  const why = detail ?? errorCodes[code].title;
  if (passing.includes(code)) return new Reply(451, `Not taken now, try again later: ${why}`);
  return new Reply(codes[code] ?? 554, `Not taken: ${why}`);
}
