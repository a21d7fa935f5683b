import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { catalogue } from '@penstock/duis';
import type { Findings } from '@penstock/files';

// Reading files of one's own: their bytes with progress and digest, and what was found in them.

/** Faults that are printed; with --json the first 1,000 are listed. */
const MOST_PRINTED = 50;
/** Work that takes longer says how far it is. */
const PROGRESS_AFTER_MS = 500;

export const knownSrv = (srv: string): boolean => catalogue.has(srv);

/** The bytes of a file; progress goes to standard error when that is a terminal. */
export class LocalFile {
  readonly path: string;
  readonly #hash = createHash('sha256');

  constructor(path: string) {
    this.path = path;
  }

  /** Yields the bytes once. Throws the system's error when the file cannot be read. */
  async *read(): AsyncGenerator<Uint8Array> {
    const { size } = statSync(this.path);
    const isShown = process.stderr.isTTY === true && size > 0;
    let told = performance.now();
    let bytes = 0;
    let wasShown = false;
    for await (const chunk of createReadStream(this.path)) {
      this.#hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
      if (!isShown || performance.now() - told < PROGRESS_AFTER_MS) continue;
      told = performance.now();
      process.stderr.write(`\r${this.path}: ${Math.floor((100 * bytes) / size)} %`);
      wasShown = true;
    }
    if (wasShown) process.stderr.write('\r\u001b[K');
  }

  /** SHA-256 of what was read; asked once, at the end. */
  digest(): Buffer {
    return this.#hash.digest();
  }
}

/** What was found in a file, for machines. */
export function describeFindings(file: string, findings: Findings): object {
  const { rows, faults, faultCount, notices, isWhole } = findings;
  return { file, ok: faultCount === 0, rows, isWhole, faultCount, faults, notices };
}

/** Faults and notices for people, on standard error. */
export function printFindings(file: string, findings: Findings): void {
  for (const { message } of findings.notices) console.error(`${file}: note: ${message}`);
  for (const { line, column, code, message, action } of findings.faults.slice(0, MOST_PRINTED)) {
    const where = column === undefined ? `${line}` : `${line}:${column.number} ${column.name}`;
    console.error(`${file}:${where}: ${message} (${code}). ${action}`);
  }
  const more = findings.faultCount - Math.min(findings.faults.length, MOST_PRINTED);
  if (more > 0) console.error(`${file}: and ${more} more`);
  if (!findings.isWhole) console.error(`${file}: reading stopped there; what comes after was not looked at`);
}

export const printJson = (value: object): void => console.log(JSON.stringify(value));
