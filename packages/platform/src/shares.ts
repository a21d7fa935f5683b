// How the connections of database.pool_size are shared out in a process.
import type { Config } from './foundation/config.ts';

/** People's questions have connections of their own: slow ones must not stand in front of what is recorded. */
export const API_CONNECTIONS = 2;

/** So has delivery: its loops would queue in front of the commits that others wait for. */
export function deliveryShare({ database }: Config): number {
  return Math.max(3, Math.floor(database.poolSize * 0.4));
}

export function intakeShare(config: Config): number {
  return config.database.poolSize - deliveryShare(config) - API_CONNECTIONS;
}

/** Of the platform's own process, for what goes on by itself: each part takes two at most, and each User whose file is worked on (followers.ts). */
export const FOLLOWER_CONNECTIONS = 10;

/** Of exports: one keeps the turn, the other reads. */
export const EXPORT_CONNECTIONS = 2;

/** Of the live pages: one look at a time, and people's questions must not wait for it nor it for them. */
export const EVENT_CONNECTIONS = 1;

/** Of SFTP: files that come in must not stand in front of people's questions. */
export const CHANNEL_CONNECTIONS = 2;

/** Of SharePoint: one has the turn for as long as a round lasts. None is opened where it is off. */
export const SHAREPOINT_CONNECTIONS = 2;

/** Beside them: a report is made from one snapshot for up to minutes, and people's questions must not wait for it. */
export const REPORT_CONNECTIONS = 2;
