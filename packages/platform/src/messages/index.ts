export { packOldDays } from './maintenance.ts';
export { countedByNone, type NewMessage } from './message.ts';
export { recordBatch } from './record-store.ts';
