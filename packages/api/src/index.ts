export * from './client.ts';
export * from './common.ts';
export * from './devices.ts';
export * from './frames.ts';
export * from './imports.ts';
export * from './messages.ts';
export * from './parties.ts';
export * from './streams.ts';
