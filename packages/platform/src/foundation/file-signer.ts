// By whom the Operator's own documents are signed, and how: receipts, reports, what it says of files that it did not take.
import { createHash, createPrivateKey, type KeyObject } from 'node:crypto';
import {
  type Certificate,
  readCertificates,
  SignatureError,
  signDetached,
  writeSignaturePem,
} from '@penstock/files/signature';
import type { Config } from './config.ts';
import { PenstockError } from './errors.ts';
import { readKeyPair } from './start-faults.ts';

export interface FileSigner {
  readonly key: KeyObject;
  readonly certificate: Certificate;
}

/** The Operator's key and certificate; undefined where none is configured. @throws PenstockError 'config.invalid' */
export function readFileSigner(config: Config): FileSigner | undefined {
  if (config.operator.signingKeyFile === undefined) return undefined;
  const { key, cert } = readKeyPair(config, 'operator', ['signingKeyFile', 'signingCertificateFile']);
  const certificate = firstOf(cert);
  if (certificate !== undefined) return { key: createPrivateKey(key), certificate };
  throw new PenstockError('config.invalid', {
    detail:
      'operator.signing_certificate_file (PENSTOCK_OPERATOR_SIGNING_CERTIFICATE_FILE): its certificate may not sign documents',
  });
}

function firstOf(pem: Buffer): Certificate | undefined {
  try {
    return readCertificates(pem)[0];
  } catch (error) {
    if (error instanceof SignatureError) return undefined;
    throw error;
  }
}

/** The Operator's detached CMS signature over the document of a SHA-256, in PEM. */
export function signDigest(digest: Uint8Array, { key, certificate }: FileSigner, now: Date): Buffer {
  const signature = signDetached({ digest, key, certificate, chain: [], signingTime: now });
  return Buffer.from(writeSignaturePem(signature), 'latin1');
}

/** The Operator's detached CMS signature over a document, in PEM. */
export function signDocument(document: Uint8Array, signer: FileSigner, now: Date): Buffer {
  return signDigest(createHash('sha256').update(document).digest(), signer, now);
}
