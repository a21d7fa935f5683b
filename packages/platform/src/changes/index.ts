// What others use of the room.
export { Calendar, type CalendarEvent } from './calendar.ts';
export { ClashIndex } from './clash-index.ts';
export type { ChangeFacts, Clash, ClashRules, PairClash, Reason } from './clashes.ts';
export { expandWindows, type Span } from './windows.ts';
