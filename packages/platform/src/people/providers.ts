// Organisations' own OpenID Connect providers: which there are, and for whom each may speak. They are the Operator's
// configuration, in a file of their own, since there is one table for each.
//
// What always holds: a provider speaks for the addresses of its domains only, and for the Parties that the Operator
// named only. A session that it made acts for those and for nobody else, whatever roles its person has.
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Choice } from '@penstock/api';
import { parse } from 'smol-toml';
import { z } from 'zod';
import { PenstockError } from '../foundation/errors.ts';

export interface Provider {
  /** In addresses: the last part of the address that is registered at the provider. */
  readonly id: string;
  /** As people know it. */
  readonly name: string;
  readonly issuer: URL;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Party ids, or 'operator'. */
  readonly speaksFor: ReadonlySet<string>;
  readonly emailDomains: ReadonlySet<string>;
  /** What of `amr` says that it asked for a second factor, and which `acr` do. */
  readonly secondFactor: { readonly amr: ReadonlySet<string>; readonly acr: ReadonlySet<string> };
}

const words = z.array(z.string().min(1).max(200)).max(50);
const isLoopbackHost = (host: string) => ['localhost', '127.0.0.1', '[::1]'].includes(host);

const entrySchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{1,40}$/, 'must be of lower-case letters, digits and hyphens'),
  name: z.string().trim().min(1).max(100),
  issuer: z
    .url()
    .refine(
      (text) => text.startsWith('https:') || isLoopbackHost(new URL(text).hostname),
      'must begin with https://, but on this machine itself',
    ),
  client_id: z.string().min(1).max(200),
  client_secret_file: z.string().min(1).optional(),
  client_secret_variable: z.string().min(1).optional(),
  speaks_for: words.min(1),
  email_domains: z.array(z.string().regex(/^[a-z0-9.-]+\.[a-z0-9-]+$/, 'must be a domain in lower case')).min(1),
  second_factor_amr: words.default(['mfa']),
  second_factor_acr: words.default([]),
});
const fileSchema = z.strictObject({ provider: z.array(entrySchema).max(200).default([]) });
type Entry = z.infer<typeof entrySchema>;

function invalid(file: string, detail: string, cause?: unknown): PenstockError {
  return new PenstockError('config.invalid', { detail: `people.identity_providers_file: ${file}: ${detail}`, cause });
}

function secretOf(entry: Entry, file: string, environment: Readonly<Record<string, string | undefined>>): string {
  const { id, client_secret_file: secretFile, client_secret_variable: variable } = entry;
  if ((secretFile === undefined) === (variable === undefined)) {
    throw invalid(file, `${id} needs either client_secret_file or client_secret_variable`);
  }
  let secret = variable === undefined ? '' : (environment[variable] ?? '');
  if (secretFile !== undefined) {
    const path = resolve(dirname(file), secretFile);
    try {
      secret = readFileSync(path, 'utf8').trim();
    } catch (cause) {
      throw invalid(file, `${id}: the file ${path} cannot be read`, cause);
    }
  }
  if (secret === '') throw invalid(file, `${id} has an empty client secret`);
  return secret;
}

/** Two providers for one domain would each sign in the other's people. */
function requireDistinct(entries: readonly Entry[], file: string): void {
  const seen = new Set<string>();
  for (const name of entries.flatMap(({ id, email_domains }) => [`id ${id}`, ...email_domains])) {
    if (seen.has(name)) throw invalid(file, `${name} stands there twice`);
    seen.add(name);
  }
}

export class Providers {
  readonly #byId: ReadonlyMap<string, Provider>;
  constructor(providers: readonly Provider[]) {
    this.#byId = new Map(providers.map((provider) => [provider.id, provider]));
  }

  byId(id: string): Provider | undefined {
    return this.#byId.get(id);
  }

  /** The one that speaks for an e-mail address. */
  ofEmail(email: string): Provider | undefined {
    const domain = email.slice(email.lastIndexOf('@') + 1).toLowerCase();
    return this.#byId.values().find((provider) => provider.emailDomains.has(domain));
  }
}

/** Whether a provider may sign somebody in for this: a User ID by its Party, or the Operator. */
export function speaksFor(provider: Provider, choice: Pick<Choice, 'kind' | 'party'>): boolean {
  return provider.speaksFor.has(choice.kind === 'operator' ? 'operator' : choice.party.partyId);
}

/** Whether the provider says that it asked for a second factor. */
export function provesSecondFactor(
  { secondFactor }: Provider,
  { amr, acr }: { readonly amr: unknown; readonly acr: unknown },
): boolean {
  const isOne = (words: ReadonlySet<string>, word: unknown) => typeof word === 'string' && words.has(word);
  return isOne(secondFactor.acr, acr) || (Array.isArray(amr) && amr.some((one) => isOne(secondFactor.amr, one)));
}

/**
 * Reads the file of providers; relative paths in it start at its folder.
 * @throws PenstockError 'config.invalid' with what is wrong, never with what was given
 */
export function readProviders(
  file: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Providers {
  if (file === undefined) return new Providers([]);
  let table: unknown;
  try {
    table = parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw invalid(file, 'cannot be read as TOML', cause);
  }
  const parsed = fileSchema.safeParse(table);
  if (!parsed.success) {
    throw invalid(file, parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
  }
  const entries = parsed.data.provider;
  requireDistinct(entries, file);
  return new Providers(
    entries.map((entry) => ({
      id: entry.id,
      name: entry.name,
      issuer: new URL(entry.issuer),
      clientId: entry.client_id,
      clientSecret: secretOf(entry, file, environment),
      speaksFor: new Set(entry.speaks_for),
      emailDomains: new Set(entry.email_domains),
      secondFactor: { amr: new Set(entry.second_factor_amr), acr: new Set(entry.second_factor_acr) },
    })),
  );
}
