/**
 * @penstock/files/envelope: CMS envelopes, in which files go by e-mail, opened and made. Needs node:crypto.
 */
export { EnvelopeError, type EnvelopeErrorCode, envelopeErrors } from './cms/envelope-errors.ts';
export { type Opened, type Opener, openEnvelope } from './cms/open-envelope.ts';
export { recipientFault, sealEnvelope } from './cms/seal-envelope.ts';
