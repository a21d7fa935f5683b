// The authorities whose File Signing certificates are taken, and their revocation lists: PEM or DER files that the
// Operator keeps, read again when they change, so that a revocation needs no restart.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Certificate,
  type RevocationList,
  readCertificates,
  readRevocationLists,
} from '@penstock/files/signature';
import type { Config } from '../foundation/config.ts';
import { messageOf, PenstockError } from '../foundation/errors.ts';

export interface FileTrust {
  readonly anchors: readonly Certificate[];
  readonly crls: readonly RevocationList[] | 'none';
}

interface Read<Item> {
  readonly seen: string;
  readonly items: readonly Item[];
}

/** The files that a setting names: itself, or every file of the folder. */
function filesOf(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  const names = readdirSync(path, { withFileTypes: true }).filter((entry) => !entry.isDirectory());
  return names.map(({ name }) => join(path, name)).sort();
}

/** Reads the items again only when a file came, went or changed. */
class Watched<Item> {
  readonly #path: string;
  readonly #parse: (bytes: Uint8Array) => Item[];
  #last: Read<Item> | undefined;

  constructor(path: string, parse: (bytes: Uint8Array) => Item[]) {
    this.#path = path;
    this.#parse = parse;
  }

  items(): readonly Item[] {
    const files = filesOf(this.#path);
    const seen = files
      .map((file) => {
        const { mtimeMs, size, ino } = statSync(file);
        return [file, mtimeMs, size, ino].join(' ');
      })
      .join('\n');
    if (this.#last?.seen !== seen) {
      this.#last = { seen, items: files.flatMap((file) => this.#parse(readFileSync(file))) };
    }
    return this.#last.items;
  }
}

export class TrustFiles {
  readonly #anchors: Watched<Certificate> | undefined;
  readonly #crls: Watched<RevocationList> | undefined;
  readonly #isRevocationChecked: boolean;

  constructor({ files }: Config) {
    this.#anchors = files.trustAnchors === undefined ? undefined : new Watched(files.trustAnchors, readCertificates);
    this.#crls =
      files.revocationLists === undefined ? undefined : new Watched(files.revocationLists, readRevocationLists);
    this.#isRevocationChecked = files.revocation === 'required';
  }

  get isConfigured(): boolean {
    return this.#anchors !== undefined;
  }

  /** @throws PenstockError 'submissions.no-trust' when no authority is configured, or a file cannot be read */
  current(): FileTrust {
    try {
      const anchors = this.#anchors?.items() ?? [];
      if (anchors.length === 0)
        throw new PenstockError('submissions.no-trust', { detail: 'no authority is configured' });
      return { anchors, crls: this.#isRevocationChecked ? (this.#crls?.items() ?? []) : 'none' };
    } catch (cause) {
      if (cause instanceof PenstockError) throw cause;
      throw new PenstockError('submissions.no-trust', { detail: messageOf(cause), cause });
    }
  }
}
