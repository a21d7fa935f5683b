/** What a code means, wherever it is answered. Codes are stable: they are never renamed and never given a new sense. */
export interface ErrorEntry {
  /** HTTP status of the answer. */
  readonly status: number;
  /** What is wrong, for people, in one short sentence that is the same for every occurrence. */
  readonly title: string;
  /** What the reader of the answer can do about it. */
  readonly action: string;
}

/**
 * Every error code of the platform, the one way to fail. A code is `<room>.<what>`; the codes of reading a DUIS
 * message (`duis.*`) belong to the package duis, whose errors the gateway answers.
 */
export const errorCodes = {
  'internal.unexpected': {
    status: 500,
    title: 'The platform failed in a way that it does not know.',
    action: 'Try again later. If it persists, give the Operator the time and the address of the call.',
  },
  'request.invalid': {
    status: 400,
    title: 'The request is not in the form that this address takes.',
    action: 'Correct what the detail names; /api/openapi.json has the form.',
  },
  'request.not-found': {
    status: 404,
    title: 'There is nothing at this address.',
    action: 'Check the address; /api/openapi.json lists all of them.',
  },
  'request.too-large': {
    status: 413,
    title: 'The request is larger than is accepted here.',
    action: 'Send it in smaller parts, or ask the Operator what the limit is.',
  },
  'request.timeout': {
    status: 408,
    title: 'The request did not arrive in time.',
    action: 'Send it again, faster; nothing of it was recorded.',
  },
  'request.unsupported-media-type': {
    status: 415,
    title: 'The content type is not one that this address takes.',
    action: 'Send the content type that /api/openapi.json names.',
  },
  'access.unauthenticated': {
    status: 401,
    title: 'It is not known who is asking.',
    action: 'Use a registered client certificate, or sign in.',
  },
  'access.denied': {
    status: 403,
    title: 'The one who is asking may not do this.',
    action: 'Ask with the identity that the right belongs to.',
  },
  'service.not-ready': {
    status: 503,
    title: 'The platform is not ready to take this now.',
    action: 'Try again after the time that Retry-After gives; nothing of it was recorded.',
  },
  'import.refused': {
    status: 422,
    title: 'The rows cannot be applied as they are, and none of them was.',
    action: 'Correct every line that `faults` names, and send all of it again.',
  },
  'record.too-wide': {
    status: 422,
    title: 'Too many messages would have to be read to answer this.',
    action: 'Narrow the time, or name the device or the RequestID.',
  },
  'config.invalid': {
    status: 500,
    title: 'The configuration is wrong.',
    action: 'Correct the settings that the detail names; docs/configuration.md describes all of them.',
  },
  'database.unavailable': {
    status: 503,
    title: 'The database cannot be reached.',
    action: 'Try again after the time that Retry-After gives; nothing of it was recorded.',
  },
  'database.history-changed': {
    status: 500,
    title: 'The migrations of this database are not those of this version.',
    action: 'Run the version that made the database, or a later one whose migrations are unchanged.',
  },
  'database.unsupported': {
    status: 500,
    title: 'The database server is not one that the platform can use.',
    action: 'Use PostgreSQL 15 or later, with a role that owns its database and may create roles.',
  },
  'database.not-started': {
    status: 500,
    title: 'The embedded database did not start.',
    action: "Read the end of the server's log, which the detail names, and remove what stops it.",
  },
  'database.partition-missing': {
    status: 503,
    title: 'A day partition that is needed was not made.',
    action: 'Find out in the log why making it failed; until then messages of that day cannot be recorded.',
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorCodes;
