/** What can be wrong with an envelope. Codes are stable once released. */
import type { ErrorDescription } from '../errors.ts';
import { CmsError } from './cms-error.ts';

const registry = {
  'files.envelope.form': {
    title: 'The bytes are not CMS EnvelopedData or AuthEnvelopedData',
    action: 'Encrypt with: openssl cms -encrypt -aes-256-gcm, or -aes256.',
  },
  'files.envelope.algorithm': {
    title: 'The envelope uses an algorithm that is not taken',
    action: 'Encrypt with AES-256 (GCM or CBC); RSA (OAEP, PKCS #1 v1.5) or ECDH with AES-256 key wrap.',
  },
  'files.envelope.recipient': {
    title: 'The envelope is not for this key',
    action: 'Encrypt to the certificate that the recipient has published now.',
  },
  'files.envelope.opening': {
    title: 'The envelope cannot be opened',
    action: 'Encrypt anew and change nothing afterwards.',
  },
} as const satisfies Record<string, ErrorDescription>;

/** Every code of an envelope. */
export type EnvelopeErrorCode = keyof typeof registry;

/** The registry of the codes: what each means and what to do about it. */
export const envelopeErrors: Readonly<Record<EnvelopeErrorCode, ErrorDescription>> = registry;

/** What reading and opening an envelope throws, and nothing else. */
export class EnvelopeError extends CmsError<EnvelopeErrorCode> {
  constructor(code: EnvelopeErrorCode, message: string) {
    super(registry, code, message);
  }
}
