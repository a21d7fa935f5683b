import { createHash, createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCertificates, signDetached } from '@penstock/files/signature';
import { asDemonstrated, asOperator, type Demonstration, fileNameOf } from './demo-client.ts';

// The demonstration's first threshold, so that a flood is held: set as every threshold is, by a file that an officer of
// the supplier signed. Usual traffic is a tenth of it, the flood reaches it in seconds.

const text = (userId: string) => `adt-file/1,user_id,services,direction,period,warning,quarantine,from,to,reference
threshold,${userId},4.1.1,sent,PT1M,200,300,,,demonstration
`;

/** Has two officers sign what a User lets go of what is held, so that both ways can be seen: the supplier has one sign. */
export async function askTwoForReleases(demonstration: Demonstration, operator: string, userId: string): Promise<void> {
  const policy = { secondOfficer: true, secondOfficerForRelease: true, deputies: [] };
  const machine = { userId: operator, role: 'security', reason: 'the demonstration is set up' } as const;
  await asOperator(demonstration, machine, (client) => client.putOfficerPolicy(userId, policy));
}

/** Delivers the file, unless the supplier has thresholds already: then false. */
export function setDemonstrationThreshold(demonstration: Demonstration, userId: string): Promise<boolean> {
  const name = fileNameOf(userId);
  const read = (path: string) => readFileSync(join(demonstration.pki, path));
  return asDemonstrated(demonstration, userId, async (client) => {
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
  });
}
