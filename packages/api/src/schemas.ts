// The contract without what needs Node: what a browser may import.
export * from './common.ts';
export * from './demonstration.ts';
export * from './devices.ts';
export * from './email.ts';
export * from './events.ts';
export * from './imports.ts';
export * from './messages.ts';
export * from './officers.ts';
export * from './overview.ts';
export * from './parties.ts';
export * from './people.ts';
export * from './quarantine.ts';
export * from './ssh-keys.ts';
export * from './streams.ts';
export * from './submissions.ts';
export * from './thresholds.ts';
export * from './ways.ts';
