// The Operator's key pair to which mails are encrypted. The certificate is published; the key leaves this process never,
// neither by the log nor by an answer.
import { createPrivateKey } from 'node:crypto';
import { type Opener, recipientFault } from '@penstock/files/envelope';
import { type Certificate, readCertificates, SignatureError } from '@penstock/files/signature';
import type { Config } from '../../foundation/config.ts';
import { PenstockError } from '../../foundation/errors.ts';
import { readKeyPair } from '../../foundation/start-faults.ts';

const NAMED = 'email.certificate_file (PENSTOCK_EMAIL_CERTIFICATE_FILE)';

function readCertificate(pem: Buffer): Certificate {
  try {
    const [certificate] = readCertificates(pem);
    const fault = certificate === undefined ? 'there is none' : recipientFault(certificate);
    if (certificate !== undefined && fault === undefined) return certificate;
    throw new PenstockError('config.invalid', { detail: `${NAMED}: nothing can be encrypted to it: ${fault}` });
  } catch (cause) {
    if (!(cause instanceof SignatureError)) throw cause;
    throw new PenstockError('config.invalid', { detail: `${NAMED}: ${cause.message}`, cause });
  }
}

/** The key pair, and the certificate as PEM. @throws PenstockError 'config.invalid' */
export function readOpener(config: Config): Opener & { readonly pem: string } {
  const { key, cert } = readKeyPair(config, 'email', ['keyFile', 'certificateFile']);
  const certificate = readCertificate(cert);
  const base64 = certificate.der.toString('base64').replaceAll(/(.{64})(?=.)/g, '$1\n');
  const pem = `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`;
  return { key: createPrivateKey(key), certificate, pem };
}
