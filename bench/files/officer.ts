import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Certificate, readCertificates, readRevocationLists, type Trust } from '@penstock/files/signature';

/** An officer with a chain of two authorities, made by openssl, and a file that it signed. */
export interface Officer {
  readonly signature: Buffer;
  readonly digest: Buffer;
  readonly trust: Trust;
}

const run = (folder: string, line: string): void => {
  execFileSync('openssl', line.split(' '), { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
};

const authority = 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n';

function issue(folder: string, name: string, by: string, extensions: string): void {
  writeFileSync(join(folder, `${name}.ext`), extensions);
  run(folder, `genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ${name}.key`);
  run(folder, `req -new -key ${name}.key -subj /O=Bench/CN=${name} -out ${name}.csr`);
  const signer = by === name ? `-signkey ${name}.key` : `-CA ${by}.pem -CAkey ${by}.key -CAcreateserial`;
  run(folder, `x509 -req -in ${name}.csr ${signer} -days 10 -sha256 -extfile ${name}.ext -out ${name}.pem`);
}

function revocationList(folder: string, name: string): Buffer {
  writeFileSync(join(folder, `${name}.cnf`), `[ca]\ndefault_ca=x\n[x]\ndatabase=${name}.index\ndefault_md=sha256\n`);
  writeFileSync(join(folder, `${name}.index`), '');
  run(folder, `ca -config ${name}.cnf -keyfile ${name}.key -cert ${name}.pem -gencrl -crldays 9 -out ${name}.crl`);
  return readFileSync(join(folder, `${name}.crl`));
}

/** P-256, SHA-256: root, issuing authority, officer. Everything is in `folder`, for openssl to verify too. */
export function makeOfficer(folder: string, content: string): Officer {
  issue(folder, 'root', 'root', authority);
  issue(folder, 'issuing', 'root', authority);
  issue(folder, 'officer', 'issuing', 'keyUsage=critical,digitalSignature\n');
  writeFileSync(join(folder, 'content'), content);
  run(
    folder,
    'cms -sign -binary -in content -signer officer.pem -inkey officer.key -certfile issuing.pem -outform DER -md sha256 -out content.p7s',
  );
  const anchors: Certificate[] = readCertificates(readFileSync(join(folder, 'root.pem')));
  const crls = ['root', 'issuing'].flatMap((name) => readRevocationLists(revocationList(folder, name)));
  return {
    signature: readFileSync(join(folder, 'content.p7s')),
    digest: createHash('sha256').update(content).digest(),
    // a minute on, so that what was made this second is valid
    trust: { anchors, crls, at: new Date(Date.now() + 60_000) },
  };
}
