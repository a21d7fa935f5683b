import { createSecureContext } from 'node:tls';
import { type Config, readConfiguredFile } from './config.ts';
import { messageOf, PenstockError } from './errors.ts';
import { settingName, variableName } from './settings.ts';

// What only shows when the platform starts, said as the setting that is wrong: one line instead of a stack.

/** 'gateway.port (PENSTOCK_GATEWAY_PORT)' */
function named(...path: readonly string[]): string {
  return `${settingName(path)} (${variableName(path)})`;
}

function invalid(setting: string, problem: string, cause: unknown): PenstockError {
  return new PenstockError('config.invalid', { detail: `${setting}: ${problem}`, cause });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/**
 * The private key and the certificate that two settings name, which belong together. Throws config.invalid when a file
 * cannot be read, is no PEM, or the key is not that of the certificate.
 */
export function readKeyPair<Section extends 'gateway' | 'delivery' | 'operator' | 'email' | 'sharepoint'>(
  config: Config,
  section: Section,
  [keyName, certificateName]: readonly [keyof Config[Section] & string, keyof Config[Section] & string],
): { readonly key: Buffer; readonly cert: Buffer } {
  const key = readConfiguredFile(config, [section, keyName]);
  const cert = readConfiguredFile(config, [section, certificateName]);
  for (const [name, part] of [
    [keyName, { key }],
    [certificateName, { cert }],
    [keyName, { key, cert }],
  ] as const) {
    try {
      createSecureContext(part);
    } catch (error) {
      const problem = 'key' in part && 'cert' in part ? 'is not the key of the certificate' : 'cannot be used as PEM';
      throw invalid(named(section, name), `${problem} (${messageOf(error)})`, error);
    }
  }
  return { key, cert };
}

const listenProblems: Readonly<Record<string, readonly ['host' | 'port', string]>> = {
  EADDRINUSE: ['port', 'another process listens there'],
  EACCES: ['port', 'this user may not listen there'],
  EADDRNOTAVAIL: ['host', 'this machine has no such address'],
  ENOTFOUND: ['host', 'there is no such host'],
  EAI_AGAIN: ['host', 'the host cannot be looked up'],
};

/** Why a server cannot listen where its section says; a failure that is no matter of settings comes back as it is. */
export function listenFailure(config: Config, section: 'gateway' | 'http' | 'sftp' | 'email', error: unknown): unknown {
  const [setting, problem] = listenProblems[codeOf(error)] ?? [];
  if (setting === undefined) return error;
  const { host, port } = config[section];
  return invalid(named(section, setting), `cannot listen on ${host} port ${port}: ${problem}`, error);
}

/** What a database that was configured by its address answers, with the setting; the embedded one has its own words. */
export function databaseFault(config: Config, error: unknown): unknown {
  if (config.database.url === undefined || !(error instanceof PenstockError)) return error;
  const { code, detail, where, cause } = error;
  const said = detail === undefined ? '' : `: ${detail}`;
  return new PenstockError(code, {
    detail: `${named('database', 'url')}${said}`,
    cause,
    ...(where === undefined ? {} : { where }),
  });
}

/** A data folder in which nothing can be made; anything else comes back as it is. */
export function dataFolderFault(config: Config, error: unknown): unknown {
  if (!['EACCES', 'EEXIST', 'ENOTDIR', 'EPERM', 'EROFS', 'ENOSPC'].includes(codeOf(error))) return error;
  return invalid(named('dataFolder'), `${config.dataFolder} cannot be used: ${messageOf(error)}`, error);
}
