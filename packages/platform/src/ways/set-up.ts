// What the settings say of the ways, as the guidance tells it.
import type { Config } from '../foundation/config.ts';
import type { SetUps } from './guidance.ts';

/** What is known once everything listens. */
export interface Listening {
  /** https://... */
  readonly gateway: string;
  /** Of the portal, as people are given it. */
  readonly portal: string;
  readonly sftp: { readonly port: number; readonly fingerprint: string; readonly hostKey: string } | undefined;
  /** The fingerprint is that of the certificate to which mails are encrypted. */
  readonly email: { readonly port: number; readonly fingerprint: string } | undefined;
}

/** 'sftp.example:22' -> its host and port */
function placeOf(address: string, usualPort: number): { host: string; port: number } {
  const [host = '', port] = address.split(':');
  return { host, port: port === undefined ? usualPort : Number(port) };
}

/** The ways that the settings have; HTTPS is always there. */
export function setUpsOf({ gateway, sftp, email, sharepoint, files }: Config, listening: Listening): SetUps {
  const mostBytes = files.maxBytes;
  const { publicAddress = `${sftp.host}:${listening.sftp?.port}` } = sftp;
  const { address = '', maxBytes } = email;
  return {
    https: { portal: listening.portal, api: gateway.publicAddress ?? listening.gateway, mostBytes },
    ...(listening.sftp === undefined ? {} : { sftp: { ...listening.sftp, ...placeOf(publicAddress, 22), mostBytes } }),
    ...(listening.email === undefined
      ? {}
      : { email: { address, fingerprint: listening.email.fingerprint, mostBytes: maxBytes } }),
    ...(sharepoint.tenantId === undefined ? {} : { sharepoint: { rootFolder: sharepoint.rootFolder, mostBytes } }),
  };
}
