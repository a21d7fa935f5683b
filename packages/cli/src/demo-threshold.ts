import { createHash, createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PenstockClient } from '@penstock/api';
import { readCertificates, signDetached } from '@penstock/files/signature';

// The demonstration's first threshold, so that a flood is held: set as every threshold is, by a file that an officer of
// the supplier signed. Usual traffic is a tenth of it, the flood reaches it in seconds.

const text = (userId: string) => `adt-file/1,user_id,services,direction,period,warning,quarantine,from,to,reference
threshold,${userId},4.1.1,sent,PT1M,200,300,,,demonstration
`;

/** Where the demonstration's API is, and the folder of its keys. */
interface Demonstration {
  readonly gateway: string;
  readonly pki: string;
}

const nameOf = (userId: string): string => userId.replaceAll('-', '');

function clientOf({ gateway, pki }: Demonstration, userId: string): PenstockClient {
  const read = (path: string) => readFileSync(join(pki, path));
  return new PenstockClient({
    address: gateway,
    certificate: read(`users/${nameOf(userId)}-transport.pem`),
    key: read(`users/${nameOf(userId)}-transport.key`),
    authorities: read('ca.pem'),
  });
}

/** Has two officers sign what a User lets go of what is held, so that both ways can be seen: the supplier has one sign. */
export async function askTwoForReleases(demonstration: Demonstration, operator: string, userId: string): Promise<void> {
  const client = clientOf(demonstration, operator);
  try {
    await client.putOfficerPolicy(userId, { secondOfficer: true, secondOfficerForRelease: true, deputies: [] });
  } finally {
    client.close();
  }
}

/** Delivers the file, unless the supplier has thresholds already: then false. */
export async function setDemonstrationThreshold(demonstration: Demonstration, userId: string): Promise<boolean> {
  const name = nameOf(userId);
  const read = (path: string) => readFileSync(join(demonstration.pki, path));
  const client = clientOf(demonstration, userId);
  try {
    if ((await client.thresholds({ limit: 1 })).items.length > 0) return false;
    const bytes = Buffer.from(text(userId));
    const [certificate] = readCertificates(read(`officers/${name}-1.pem`));
    if (certificate === undefined) throw new Error('the officer of the demonstration has no certificate');
    const signature = signDetached({
      digest: createHash('sha256').update(bytes).digest(),
      key: createPrivateKey(read(`officers/${name}-1.key`)),
      certificate,
      chain: readCertificates(read('officers/ca.pem')),
      signingTime: new Date(),
    });
    await client.submit(
      (async function* () {
        yield bytes;
      })(),
      signature,
    );
    return true;
  } finally {
    client.close();
  }
}
