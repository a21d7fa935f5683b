/** For tests only: the real openssl, and authorities and officers that it made. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Said {
  readonly status: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

function run(args: readonly string[], folder: string): Said {
  const { error, status, stdout, stderr } = spawnSync('openssl', args, { cwd: folder });
  if (error !== undefined) throw new Error(`openssl is needed: apt-get install openssl (${error.message})`);
  return { status, stdout, stderr: stderr.toString('utf8') };
}

/** Arguments of `openssl genpkey`. */
const keyKinds = {
  'P-256': ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  'P-384': ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384'],
  'P-224': ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-224'],
  'RSA-2048': ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
  'RSA-1024': ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:1024'],
  Ed25519: ['-algorithm', 'ED25519'],
} as const;
export type TestKeyKind = keyof typeof keyKinds;

const authorityExtensions = 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n';
const officerExtensions = 'keyUsage=critical,digitalSignature,nonRepudiation\n';

export interface IssueOptions {
  readonly key?: TestKeyKind;
  /** Name of the one that signs; absent: itself. */
  readonly by?: string;
  readonly extensions?: string;
  readonly digest?: string;
  readonly days?: number;
  readonly subject?: string;
}

/** A folder of keys (NAME.key) and certificates (NAME.pem), and of whatever the tests put there. */
export class OpenSsl {
  readonly folder = mkdtempSync(join(tmpdir(), 'penstock-openssl-'));
  #serial = 1_000;

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  /** Runs it, whatever comes of it. */
  try(...args: readonly string[]): Said {
    return run(args, this.folder);
  }

  /** Runs it; what it writes. */
  run(...args: readonly string[]): Buffer {
    const { status, stdout, stderr } = this.try(...args);
    if (status !== 0) throw new Error(`openssl ${args.join(' ')}: ${stderr}`);
    return stdout;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, content: string | Uint8Array): string {
    writeFileSync(this.path(name), content);
    return name;
  }

  read(name: string): Buffer {
    return readFileSync(this.path(name));
  }

  #issue(name: string, options: IssueOptions & { readonly extensions: string }): void {
    const { key = 'P-256', by = name, digest = 'sha256', days = 1_000, subject = `/O=Test/CN=${name}` } = options;
    this.run('genpkey', ...keyKinds[key], '-out', `${name}.key`);
    this.write(`${name}.ext`, options.extensions);
    const request = ['req', '-new', '-key', `${name}.key`, '-subj', subject, '-out', `${name}.csr`];
    this.run(...request);
    this.#serial += 1;
    const signedBy = by === name ? ['-signkey', `${name}.key`] : ['-CA', `${by}.pem`, '-CAkey', `${by}.key`];
    const way = key === 'Ed25519' && by === name ? [] : [`-${digest}`];
    this.run(
      ...[
        'x509',
        '-req',
        '-in',
        `${name}.csr`,
        ...signedBy,
        '-set_serial',
        String(this.#serial),
        '-days',
        String(days),
      ],
      ...[...way, '-extfile', `${name}.ext`, '-out', `${name}.pem`],
    );
  }

  authority(name: string, options: IssueOptions = {}): void {
    this.#issue(name, { extensions: authorityExtensions, ...options });
  }

  officer(name: string, by: string, options: IssueOptions = {}): void {
    this.#issue(name, { extensions: officerExtensions, ...options, by });
  }

  /** A revocation list of an authority, in force for so many days; what it names was revoked now, or when it is said. */
  revocationList(
    authority: string,
    revoked: readonly string[] = [],
    days = 30,
    from = new Date(),
    revokedAt?: Date,
  ): Buffer {
    this.write(
      `${authority}.cnf`,
      `[ca]\ndefault_ca=x\n[x]\ndatabase=${authority}.index\ndefault_md=sha256\ncrlnumber=${authority}.number\n[e]\nauthorityKeyIdentifier=keyid\n`,
    );
    this.write(`${authority}.index`, '');
    this.write(`${authority}.number`, '01');
    const ca = ['ca', '-config', `${authority}.cnf`, '-keyfile', `${authority}.key`, '-cert', `${authority}.pem`];
    for (const name of revoked) this.run(...ca, '-revoke', `${name}.pem`, '-crl_reason', 'keyCompromise');
    const written = (time: Date) => time.toISOString().replace(/[-T:]|\.[0-9]+/g, '');
    if (revokedAt !== undefined) {
      const index = this.read(`${authority}.index`).toString();
      this.write(`${authority}.index`, index.replace(/[0-9]{12}Z,/g, `${written(revokedAt).slice(2)},`));
    }
    const [last, next] = [written(from), written(new Date(from.getTime() + days * 86_400_000))];
    const span = ['-crl_lastupdate', last, '-crl_nextupdate', next];
    this.run(...ca, '-gencrl', ...span, '-crlexts', 'e', '-out', `${authority}.crl`);
    return this.read(`${authority}.crl`);
  }

  /** `openssl cms -sign -binary` of a file by an officer. */
  sign(file: string, officer: string, ...more: readonly string[]): Buffer {
    const by = ['-signer', `${officer}.pem`, '-inkey', `${officer}.key`];
    return this.run('cms', '-sign', '-binary', '-in', file, ...by, '-outform', 'DER', '-md', 'sha256', ...more);
  }
}
