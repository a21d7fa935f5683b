// What a viewer carries from one question to the next and must not be able to read, compare or make: AES-256-GCM under a key
// that every process of the platform has, bound to what it is for and to whose it is.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type pg from 'pg';

const IV_BYTES = 12;
const TAG_BYTES = 16;
const BLOCK = 32;

export class Sealer {
  readonly #key: Buffer;

  /** @param key 32 bytes */
  constructor(key: Buffer) {
    this.#key = key;
  }

  /** Another text each time; its length tells that of `text` to the next 32 bytes only. `binding`: for what and whom. */
  seal(binding: string, text: string): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, iv);
    cipher.setAAD(Buffer.from(binding));
    const plain = Buffer.from(text);
    const padded = Buffer.alloc(Math.ceil((plain.length + 1) / BLOCK) * BLOCK, ' ');
    plain.copy(padded);
    return Buffer.concat([iv, cipher.update(padded), cipher.final(), cipher.getAuthTag()]).toString('base64url');
  }

  /** Undefined for what was not sealed under this binding. */
  open(binding: string, sealed: string): string | undefined {
    const bytes = Buffer.from(sealed, 'base64url');
    if (bytes.length < IV_BYTES + TAG_BYTES) return undefined;
    const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, IV_BYTES));
    decipher.setAAD(Buffer.from(binding));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    try {
      const plain = Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]);
      return plain.toString().trimEnd();
    } catch {
      return undefined;
    }
  }
}

/** The platform's sealer; its key is made by whoever asks first. */
export async function readSealer(pool: pg.Pool): Promise<Sealer> {
  const { rows } = await pool.query<{ key: Buffer }>(
    `with made as (insert into sealing_key (key) values ($1) on conflict do nothing returning key)
     select key from made union all select key from sealing_key limit 1`,
    [randomBytes(32)],
  );
  const [row] = rows;
  // another process made it between this statement's beginning and its insert: the next look sees it
  return row === undefined ? readSealer(pool) : new Sealer(row.key);
}
