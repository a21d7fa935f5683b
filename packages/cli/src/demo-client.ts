import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PenstockClient } from '@penstock/api';

/** Where the demonstration's API is, and the folder of its keys. */
export interface Demonstration {
  readonly gateway: string;
  readonly pki: string;
}

/** A User ID as the demonstration's files are named by it. */
export const fileNameOf = (userId: string): string => userId.replaceAll('-', '');

/** The API as a User ID of the demonstration asks it; it is closed when the work is done. */
export function asDemonstrated<Result>(
  demonstration: Demonstration,
  userId: string,
  work: (client: PenstockClient) => Promise<Result>,
): Promise<Result> {
  return withCertificate(demonstration, `${fileNameOf(userId)}-transport`, {}, work);
}

/** The API as a machine of the Operator asks it, which has this role; it says why it asks. */
export function asOperator<Result>(
  demonstration: Demonstration,
  { userId, role, reason }: { userId: string; role: 'security' | 'change_manager'; reason: string },
  work: (client: PenstockClient) => Promise<Result>,
): Promise<Result> {
  return withCertificate(demonstration, `${fileNameOf(userId)}-${role}`, { reason }, work);
}

async function withCertificate<Result>(
  { gateway, pki }: Demonstration,
  file: string,
  options: { readonly reason?: string },
  work: (client: PenstockClient) => Promise<Result>,
): Promise<Result> {
  const read = (path: string) => readFileSync(join(pki, path));
  const client = new PenstockClient({
    address: gateway,
    certificate: read(`users/${file}.pem`),
    key: read(`users/${file}.key`),
    authorities: read('ca.pem'),
    ...options,
  });
  try {
    return await work(client);
  } finally {
    client.close();
  }
}
