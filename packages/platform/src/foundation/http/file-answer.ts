// Answers that are files, to be saved and never shown by a page.
import type { FastifyReply } from 'fastify';

/** A name that is safe in a header, and as a file. */
const headerName = (name: string): string => name.replaceAll(/[^A-Za-z0-9._-]/g, '_').replace(/^\.+/, '_');

/** By RFC 8187, for a name that has more than the safe letters. */
function wholeName(name: string): string {
  const rest = (letter: string) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`;
  return headerName(name) === name ? '' : `; filename*=UTF-8''${encodeURIComponent(name).replaceAll(/['()*!]/g, rest)}`;
}

export function asFile(reply: FastifyReply, name: string, type: string): FastifyReply {
  return reply
    .type(type)
    .header('content-disposition', `attachment; filename="${headerName(name)}"${wholeName(name)}`)
    .header('content-security-policy', "default-src 'none'; sandbox");
}

/** By RFC 9530, so that whoever fetches the bytes can compare them. */
export const digestHeader = (sha256: string): string => `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`;
