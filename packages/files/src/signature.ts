/**
 * @penstock/files/signature: the detached CMS signatures of officers, read, verified and made. Needs node:crypto.
 */
export type { Digest } from './cms/algorithms.ts';
export { type Certificate, readCertificate, readCertificates } from './cms/certificate.ts';
export { SignatureError, type SignatureErrorCode, signatureErrors } from './cms/errors.ts';
export { attributeNames } from './cms/name.ts';
export { LONGEST_PATH, type Trust } from './cms/path.ts';
export { type RevocationList, readRevocationLists } from './cms/revocation-list.ts';
export { type SignOptions, signDetached, writeSignaturePem } from './cms/sign.ts';
export { type CmsSignature, MOST_SIGNATURE_BYTES, readSignature } from './cms/signed-data.ts';
export { type Signer, type Verdict, type VerifyOptions, verifySignature } from './cms/verify.ts';
