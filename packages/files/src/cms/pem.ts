/** PEM (RFC 7468), read strictly. */
import { Buffer } from 'node:buffer';

const block = /-----BEGIN ([A-Z0-9 ]+)-----\r?\n([A-Za-z0-9+/=\r\n]*)-----END \1-----(?:\r?\n|$)/g;

/**
 * The blocks of these labels, in order; a file may have text and other blocks between them. Undefined when the bytes
 * are no PEM at all.
 */
export function readPem(bytes: Uint8Array, labels: readonly string[]): Buffer[] | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  if (!text.includes('-----BEGIN ')) return undefined;
  return [...text.matchAll(block)]
    .filter(([, label = '']) => labels.includes(label))
    .map(([, , content = '']) => Buffer.from(content, 'base64'));
}

export function writePem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}
