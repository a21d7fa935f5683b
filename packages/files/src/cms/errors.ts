/** What can be wrong with a signature, or with the certificates behind it. Codes are stable once released. */
import type { ErrorDescription } from '../errors.ts';
import { CmsError } from './cms-error.ts';

const registry = {
  'files.signature.form': {
    title: 'The signature is not a CMS signature in DER or PEM',
    action: 'Sign with: openssl cms -sign -binary -outform DER -md sha256.',
  },
  'files.signature.attached': {
    title: 'The signature contains the content',
    action: 'Sign detached: without -nodetach and without -stream.',
  },
  'files.signature.signers': {
    title: 'The signature does not have exactly one signer',
    action: 'Let exactly one officer sign the file.',
  },
  'files.signature.attributes': {
    title: 'The signed attributes are missing or not as they have to be',
    action: 'Sign without -noattr: content type and message digest have to be signed.',
  },
  'files.signature.algorithm': {
    title: 'The signature uses an algorithm that is not taken',
    action: 'Use RSA (PKCS #1 v1.5) or ECDSA with SHA-256, SHA-384 or SHA-512.',
  },
  'files.signature.key': {
    title: 'A key is too weak or of a kind that is not taken',
    action: 'Use RSA of 2048 to 8192 bits, P-256 or P-384.',
  },
  'files.signature.content': {
    title: 'The signature is over other content than this file',
    action: 'Sign the file as it is sent, with -binary, and change nothing afterwards.',
  },
  'files.signature.value': {
    title: 'The signature does not fit the key of the signer’s certificate',
    action: 'Sign again, with the key of the certificate.',
  },
  'files.signature.certificate-absent': {
    title: 'The signer’s certificate is not in the signature',
    action: 'Sign without -nocerts.',
  },
  'files.signature.certificate': {
    title: 'A certificate cannot be read, or has what is not understood',
    action: 'Use certificates of X.509 version 3 without unknown critical extensions.',
  },
  'files.signature.chain': {
    title: 'No chain leads from the signer’s certificate to an authority that is trusted',
    action:
      'Sign with a File Signing certificate of a trusted authority, and add the authorities between by -certfile.',
  },
  'files.signature.not-yet-valid': {
    title: 'A certificate is not valid yet',
    action: 'Wait until it is, or sign with a certificate that is valid now.',
  },
  'files.signature.expired': {
    title: 'A certificate has expired',
    action: 'Sign with a certificate that is valid now.',
  },
  'files.signature.usage': {
    title: 'A certificate is not for this use',
    action:
      'Sign with a File Signing certificate: keyUsage digitalSignature or nonRepudiation, and not an authority’s.',
  },
  'files.signature.revoked': {
    title: 'A certificate was revoked',
    action: 'Sign with a certificate that is not revoked.',
  },
  'files.signature.revocation-unknown': {
    title: 'No revocation list in force says whether a certificate was revoked',
    action: 'The Operator brings in the authority’s current revocation list.',
  },
  'files.signature.list': {
    title: 'A revocation list cannot be read, or has what is not understood',
    action: 'Use complete revocation lists (CRL version 2) in DER or PEM.',
  },
} as const satisfies Record<string, ErrorDescription>;

/** Every code of a signature. */
export type SignatureErrorCode = keyof typeof registry;

/** The registry of the codes: what each means and what to do about it. */
export const signatureErrors: Readonly<Record<SignatureErrorCode, ErrorDescription>> = registry;

/** What the readers of signatures, certificates and revocation lists throw, and nothing else. */
export class SignatureError extends CmsError<SignatureErrorCode> {
  constructor(code: SignatureErrorCode, message: string) {
    super(registry, code, message);
  }
}
