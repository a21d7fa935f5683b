export * from './frames.ts';
export * from './imports.ts';
