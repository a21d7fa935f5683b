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

/** Delivers the file, unless the supplier has thresholds already. */
export async function setDemonstrationThreshold(gateway: string, pki: string, userId: string): Promise<void> {
  const name = userId.replaceAll('-', '');
  const read = (path: string) => readFileSync(join(pki, path));
  const client = new PenstockClient({
    address: gateway,
    certificate: read(`users/${name}-transport.pem`),
    key: read(`users/${name}-transport.key`),
    authorities: read('ca.pem'),
  });
  try {
    if ((await client.thresholds({ limit: 1 })).items.length > 0) return;
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
  } finally {
    client.close();
  }
}
