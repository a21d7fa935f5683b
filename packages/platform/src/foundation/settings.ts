import { z } from 'zod';
import { settingsSchema } from './config-schema.ts';

/** One setting, as it is named in each place. */
export interface Setting {
  /** Where it stands in the Config, e.g. ['gateway', 'tlsKeyFile']. */
  readonly path: readonly string[];
  /** In penstock.toml, e.g. 'gateway.tls_key_file'. */
  readonly name: string;
  /** In the environment, e.g. 'PENSTOCK_GATEWAY_TLS_KEY_FILE'. */
  readonly variable: string;
  readonly description: string;
  /** 'string', 'integer', 'number', 'boolean', or 'array' of strings. */
  readonly type: string;
  readonly choices: readonly string[] | undefined;
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
  readonly default: unknown;
  readonly isPath: boolean;
  readonly isSecret: boolean;
}

// What zod's JSON schema says of a field, with our own marks.
const fieldSchema = z.looseObject({
  type: z.string(),
  description: z.string(),
  enum: z.array(z.string()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  default: z.unknown().optional(),
  path: z.boolean().default(false),
  secret: z.boolean().default(false),
});
const sectionSchema = z.looseObject({ properties: z.record(z.string(), z.unknown()) });

/** 'tlsKeyFile' -> 'tls_key_file' */
export function settingName(path: readonly string[]): string {
  return path.map((part) => part.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)).join('.');
}

/** ['gateway', 'tlsKeyFile'] -> 'PENSTOCK_GATEWAY_TLS_KEY_FILE' */
export function variableName(path: readonly string[]): string {
  return `PENSTOCK_${settingName(path).replaceAll('.', '_').toUpperCase()}`;
}

function readSetting(path: readonly string[], field: unknown): Setting {
  const read = fieldSchema.parse(field);
  return {
    path,
    name: settingName(path),
    variable: variableName(path),
    description: read.description,
    type: read.type,
    choices: read.enum,
    minimum: read.minimum,
    maximum: read.maximum,
    default: read.default,
    isPath: read.path,
    isSecret: read.secret,
  };
}

function collect(schema: unknown, path: readonly string[]): Setting[] {
  const section = sectionSchema.safeParse(schema);
  if (!section.success) return [readSetting(path, schema)];
  return Object.entries(section.data.properties).flatMap(([name, field]) => collect(field, [...path, name]));
}

/** Every setting there is, in the order of the schema. */
export const settings: readonly Setting[] = collect(
  z.toJSONSchema(settingsSchema, { io: 'input', reused: 'inline' }),
  [],
);
