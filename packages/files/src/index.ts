/**
 * @penstock/files: reads, checks, writes and compares the files that pass between a User's Authorised Responsible
 * Officer and the Operator. No I/O; nothing of Node, so that it runs in a browser too. Signatures of these files are
 * in `@penstock/files/signature`.
 */
export { type ActionName, type ActionRow, actionNames } from './actions/action-row.ts';
export type { ItemName } from './actions/item-key.ts';
export { readActions } from './actions/read.ts';
export { writeActions } from './actions/write.ts';
export * from './adt/adt-file.ts';
export * from './adt/bounds.ts';
export { type AdtChange, type AdtDifference, compareAdt, numbersOf } from './adt/compare.ts';
export { type AdtInForce, adtInForce, withoutAdtReferences } from './adt/in-force.ts';
export { type Operator, readAdt } from './adt/read.ts';
export { adtWords } from './adt/words.ts';
export { writeAdt } from './adt/write.ts';
export type { Source } from './csv/lines.ts';
export {
  actionsProfile,
  adtProfile,
  LONGEST_LINE,
  limitsProfile,
  type Profile,
  profiles,
  reportProfile,
} from './csv/profile.ts';
export { FIRST_BYTES, profileOf } from './csv/profile-of.ts';
export * from './errors.ts';
export { type Column, type Fault, Findings, MOST_LISTED_FAULTS, type Notice, type Place, shown } from './findings.ts';
export { compareLimits, type LimitChange, type LimitDifference, limitWords } from './limits/compare.ts';
export { type LimitInForce, limitsInForce, withoutLimitReferences } from './limits/in-force.ts';
export * from './limits/limits-file.ts';
export { readLimits } from './limits/read.ts';
export { writeLimits } from './limits/write.ts';
export { compareActions, type Decisions, HeldItems } from './report/held-items.ts';
export { readReport } from './report/read.ts';
export {
  type EventKind,
  type EventRow,
  eventKinds,
  type HeldKind,
  type HeldRow,
  heldKinds,
  type ReportRow,
} from './report/report-row.ts';
export { type NewReportRow, writeReport } from './report/write.ts';
export { parseEui, parseEvent, parseMessageId, parseSha256 } from './values/identifiers.ts';
export { parseInstant } from './values/instant.ts';
export { compareSrvs } from './values/services.ts';
