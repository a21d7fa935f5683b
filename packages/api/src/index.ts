export * from './client.ts';
export * from './frames.ts';
export * from './schemas.ts';
