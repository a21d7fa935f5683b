/**
 * @penstock/simulator: a simulated smart metering network for the demonstration, for tests and for load. It uses
 * Penstock's public interfaces only. GPL-3.0-or-later, because it holds the request templates of @smartdcc/duis-templates.
 */
export * from './alerts.ts';
export * from './answers.ts';
export * from './eligibility.ts';
export * from './gateway-client.ts';
export * from './homes.ts';
export * from './import-files.ts';
export * from './incidents.ts';
export * from './metering-points.ts';
export * from './network.ts';
export * from './own-templates.ts';
export * from './parties.ts';
export * from './pki.ts';
export * from './profiles.ts';
export * from './random.ts';
export * from './receive-service.ts';
export * from './requests.ts';
export * from './responses.ts';
export * from './simulation.ts';
export * from './templates.ts';
export * from './traffic.ts';
export * from './user-system.ts';
