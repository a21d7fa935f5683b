import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { parse, TomlError } from 'smol-toml';
import type { z } from 'zod';
import { type Config, configSchema, isLoopback } from './config-schema.ts';
import { PenstockError } from './errors.ts';
import { type Setting, settingName, settings } from './settings.ts';

export type { Config };
export { isLoopback };

export interface ConfigSource {
  /** The environment; `PENSTOCK_CONFIG` names the file when `file` does not. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Relative paths of the environment start here. */
  readonly workingFolder: string;
  /** The configuration file; without it `penstock.toml` in the working folder, when there is one. */
  readonly file?: string;
}

const fileName = 'penstock.toml';

// Not settings: the place of the configuration file, what belongs to the tests and benches, and whom commands ask.
const otherVariables = /^PENSTOCK_(CONFIG$|DUIS_DATA$|SERVER$|CLIENT_|TEST_|BENCH_)/;

function invalid(detail: string, cause?: unknown): PenstockError {
  return new PenstockError('config.invalid', { detail, cause });
}

type Table = Record<string, unknown>;

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function readToml(source: ConfigSource): { table: Table; file: string } | undefined {
  const named = source.file ?? (source.environment.PENSTOCK_CONFIG || undefined);
  const file = resolve(source.workingFolder, named ?? fileName);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (isMissing && named === undefined) return undefined;
    throw invalid(`the configuration file ${file} cannot be read`, error);
  }
  try {
    return { table: parse(text), file };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw invalid(`${file}, line ${error.line}, column ${error.column}: this is not TOML`, error);
  }
}

/** What a variable says, as the type that its setting has; what does not fit is left as text for the schema to refuse. */
function readText(text: string, setting: Setting): unknown {
  const isNumber = setting.type === 'integer' || setting.type === 'number';
  if (isNumber && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (setting.type === 'boolean' && /^(true|false)$/.test(text)) return text === 'true';
  if (setting.type === 'array') return text.split(',').map((one) => one.trim());
  return text;
}

function valueAt(table: Table, path: readonly string[]): unknown {
  let value: unknown = table;
  for (const part of path) value = isTable(value) ? value[part] : undefined;
  return value;
}

function put(table: Table, path: readonly string[], value: unknown): void {
  const [first, ...rest] = path;
  if (first === undefined) return;
  if (rest.length === 0) {
    table[first] = value;
    return;
  }
  const section = isTable(table[first]) ? table[first] : {};
  table[first] = section;
  put(section, rest, value);
}

/** Moves what the file says into `input`; returns the names that are no settings. */
function takeFile(table: Table, folder: string, input: Table): string[] {
  const known = new Map(settings.map((setting) => [setting.name, setting]));
  const sections = new Set(settings.map((setting) => settingName(setting.path.slice(0, -1))));
  const unknown: string[] = [];
  const walk = (part: Table, prefix: string) => {
    for (const [key, value] of Object.entries(part)) {
      const name = prefix + key;
      const setting = known.get(name);
      if (setting !== undefined) {
        const isRelative = setting.isPath && typeof value === 'string' && value !== '';
        put(input, setting.path, isRelative ? resolve(folder, value) : value);
      } else if (sections.has(name) && isTable(value)) {
        walk(value, `${name}.`);
      } else {
        unknown.push(name);
      }
    }
  };
  walk(table, '');
  return unknown;
}

/** Moves what the environment says into `input`, over the file; an empty variable says nothing. */
function takeEnvironment(source: ConfigSource, input: Table): string[] {
  const known = new Map(settings.map((setting) => [setting.variable, setting]));
  const unknown: string[] = [];
  for (const [variable, text] of Object.entries(source.environment)) {
    if (!variable.startsWith('PENSTOCK_') || otherVariables.test(variable) || text === undefined || text === '')
      continue;
    const setting = known.get(variable);
    if (setting === undefined) unknown.push(variable);
    else put(input, setting.path, setting.isPath ? resolve(source.workingFolder, text) : readText(text, setting));
  }
  return unknown;
}

/** Says what is wrong without saying what was given: it may be a secret. */
function describeIssue(issue: z.core.$ZodIssue): string {
  const path = issue.path.map(String);
  const setting = settings.find((candidate) => candidate.path.join() === path.join());
  const name = setting === undefined ? settingName(path) : `${setting.name} (${setting.variable})`;
  return `${name}: ${issue.message}`;
}

/**
 * The configuration of the file and the environment, the environment winning; `penstock.toml` needs not be there.
 * Throws `config.invalid` that names every wrong or unknown setting with its variable.
 */
export function loadConfig(source: ConfigSource): Config {
  const toml = readToml(source);
  const input: Table = {};
  const wrong: string[] = [];
  if (toml !== undefined) {
    for (const name of takeFile(toml.table, dirname(toml.file), input)) wrong.push(`${name}: there is no such setting`);
  }
  for (const variable of takeEnvironment(source, input)) wrong.push(`${variable}: there is no such setting`);
  const parsed = configSchema.safeParse(input);
  if (!parsed.success) wrong.push(...parsed.error.issues.map(describeIssue));
  if (wrong.length > 0 || !parsed.success) throw invalid(wrong.join('; '));
  const config = parsed.data;
  const dataFolder = isAbsolute(config.dataFolder)
    ? config.dataFolder
    : resolve(source.workingFolder, config.dataFolder);
  return { ...config, dataFolder };
}

/** The bytes of a file that a setting names. Throws `config.invalid` with the setting when it cannot be read. */
export function readConfiguredFile(config: Config, path: readonly [keyof Config, string]): Buffer {
  const setting = settings.find((candidate) => candidate.path.join() === path.join());
  const file = valueAt(config, path);
  if (setting === undefined || typeof file !== 'string') {
    throw invalid(`${settingName(path)} (${setting?.variable}): is needed`);
  }
  try {
    return readFileSync(file);
  } catch (error) {
    throw invalid(`${setting.name} (${setting.variable}): the file ${file} cannot be read`, error);
  }
}

/** The configuration as `penstock.toml` would say it, secrets redacted, for people to read. */
export function describeConfig(config: Config): { name: string; variable: string; value: string }[] {
  return settings.map((setting) => {
    const value = valueAt(config, setting.path);
    const shown = setting.isSecret && value !== undefined ? '[redacted]' : value;
    return { name: setting.name, variable: setting.variable, value: shown === undefined ? '' : JSON.stringify(shown) };
  });
}

/** The origins of the portal's pages on a port, the one that people are given first. */
export function originsOf({ http }: Config, port: number): readonly string[] {
  if (http.publicAddress !== undefined) return [http.publicAddress];
  return ['localhost', '127.0.0.1', '[::1]'].map((host) => `http://${host}:${port}`);
}
