import type { CertificateDocument } from '@penstock/api/schemas';

export const purposeWords: Readonly<Record<CertificateDocument['purpose'], string>> = {
  signing: 'signs messages',
  transport: 'connects (TLS)',
};
