// What others use of the room.
export { Calendar, type CalendarEvent } from './calendar.ts';
export { readLimits } from './calendar-store.ts';
export { type Kept as KeptChange, toView } from './changes-store.ts';
export { ClashIndex } from './clash-index.ts';
export type { ChangeFacts, Clash, ClashRules, PairClash, Reason } from './clashes.ts';
export { tellConsulted } from './consulted-notices.ts';
export { limitsAt } from './limits.ts';
export { wordsOfInstant } from './london.ts';
export { nearFactsOf, readNear, readNearOne, tellReadersOf } from './near-store.ts';
export type { Asked, ChangeParts } from './parts.ts';
export { editChange } from './save-store.ts';
export { readAnnounced } from './schedule-store.ts';
export { occurrencesOf, ownerKindOf, readerOf, seesOf } from './sharing.ts';
export { recordUses } from './uses-store.ts';
export { expandWindows, type Span } from './windows.ts';
