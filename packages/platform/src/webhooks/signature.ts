// Secrets and signatures in the way of Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`. Pure.
import { createHmac, randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';

export const newSecret = (): string => `${PREFIX}${randomBytes(32).toString('base64')}`;

function signatureOf(secret: string, signed: string): string {
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
}

/** The headers of a message; one signature for each secret that is good. */
export function signedHeaders(
  secrets: readonly string[],
  { message, at, body }: { readonly message: string; readonly at: Date; readonly body: string },
): Readonly<Record<string, string>> {
  const timestamp = Math.floor(at.getTime() / 1000);
  const signed = `${message}.${timestamp}.${body}`;
  return {
    'webhook-id': message,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': secrets.map((secret) => signatureOf(secret, signed)).join(' '),
  };
}
