export * from './catalogue/catalogue.ts';
export * from './catalogue/services.ts';
export * from './codes/dcc-alerts.ts';
export * from './codes/device-alerts.ts';
export * from './codes/responses.ts';
export * from './errors.ts';
export * from './identifiers.ts';
