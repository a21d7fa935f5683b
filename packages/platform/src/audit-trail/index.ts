export { exportRecord } from './record-export.ts';
export { createRecordStore, type RecordStore } from './record-store.ts';
export { readSealer } from './sealed.ts';
export { createTitleStore, type TitleStore } from './title-store.ts';
