/**
 * Whether a chain of certificates leads from a signer to an authority that is trusted, at one instant (RFC 5280, 6.1,
 * without policies and without constraints on names: who has these is refused).
 *
 * Certificates that came with the signature are only used to find the way: each has to be signed by the next, and the
 * last by an authority that the caller trusts.
 */
import { judgeKey } from './algorithms.ts';
import { type Certificate, describeCertificate, isSignedBy } from './certificate.ts';
import { SignatureError } from './errors.ts';
import { usage } from './extensions.ts';
import { listedAt, type RevocationList } from './revocation-list.ts';

export interface Trust {
  /** Authorities; that their certificates are self-signed, or signed at all, does not matter. */
  readonly anchors: readonly Certificate[];
  /** A list in force is needed of every authority of the chain; `none`: nobody's revocation is looked at. */
  readonly crls: readonly RevocationList[] | 'none';
  readonly at: Date;
  /** When it is judged, if that is later: lists that were issued in between tell of `at` too. */
  readonly judgedAt?: Date;
}

/** Certificates above the signer's, the trusted one included. */
export const LONGEST_PATH = 4;

/** E-mail and document signing, and any: what the tools that sign files put into certificates for it. */
const filePurposes = ['1.3.6.1.5.5.7.3.4', '1.3.6.1.5.5.7.3.36', '2.5.29.37.0'];

/** Remembers which key signed what: a way that branches asks again and again. */
class SignatureMemory {
  readonly #known = new Map<object, Map<Certificate, boolean>>();

  isSignedBy(one: Certificate | RevocationList, issuer: Certificate): boolean {
    const issuers = this.#known.get(one) ?? new Map<Certificate, boolean>();
    this.#known.set(one, issuers);
    const known = issuers.get(issuer);
    if (known !== undefined) return known;
    const result = isSignedBy(one, issuer);
    issuers.set(issuer, result);
    return result;
  }
}

/** All chains from the signer to a trusted authority, the signer first. */
function* findPaths(
  path: readonly Certificate[],
  others: readonly Certificate[],
  trust: Trust,
  memory: SignatureMemory,
): Generator<readonly Certificate[]> {
  const last = path.at(-1);
  if (last === undefined || path.length > LONGEST_PATH) return;
  const isIssuer = (one: Certificate): boolean =>
    one.subject.equals(last.issuer) && !path.some(({ der }) => der.equals(one.der)) && memory.isSignedBy(last, one);
  for (const anchor of trust.anchors) {
    if (isIssuer(anchor)) yield [...path, anchor];
  }
  for (const other of others) {
    if (isIssuer(other)) yield* findPaths([...path, other], others, trust, memory);
  }
}

function judgeValidity(certificate: Certificate, at: Date): void {
  const who = describeCertificate(certificate);
  if (at < certificate.notBefore) {
    const message = `${who} is valid from ${certificate.notBefore.toISOString()} on`;
    throw new SignatureError('files.signature.not-yet-valid', message);
  }
  if (at > certificate.notAfter) {
    throw new SignatureError('files.signature.expired', `${who} was valid until ${certificate.notAfter.toISOString()}`);
  }
}

/** What may be said of a certificate wherever it stands. Throws SignatureError. */
export function judgeForm(certificate: Certificate): void {
  const who = describeCertificate(certificate);
  const { publicKey, notUnderstood } = certificate;
  const weakness = publicKey === undefined ? 'of an unknown kind' : judgeKey(publicKey);
  if (weakness !== undefined) throw new SignatureError('files.signature.key', `the key of ${who} is ${weakness}`);
  const [first] = notUnderstood;
  if (first === undefined) return;
  throw new SignatureError('files.signature.certificate', `${who} has the extension ${first}, which is not understood`);
}

function judgeSignerUsage(signer: Certificate): void {
  const who = describeCertificate(signer);
  const { keyUsage, extendedKeyUsage, isAuthority } = signer;
  if (isAuthority) throw new SignatureError('files.signature.usage', `${who} is an authority's, which signs no files`);
  if (keyUsage?.has(usage.digitalSignature) !== true && keyUsage?.has(usage.nonRepudiation) !== true) {
    throw new SignatureError('files.signature.usage', `${who} has no keyUsage digitalSignature or nonRepudiation`);
  }
  if (extendedKeyUsage !== undefined && !extendedKeyUsage.some((one) => filePurposes.includes(one))) {
    const message = `${who} is limited to other uses than files (extendedKeyUsage ${extendedKeyUsage.join(' ')})`;
    throw new SignatureError('files.signature.usage', message);
  }
}

/** Whether a certificate may sign files at an instant, whoever issued it. Throws SignatureError. */
export function judgeSigner(signer: Certificate, at: Date): void {
  judgeForm(signer);
  judgeSignerUsage(signer);
  judgeValidity(signer, at);
}

/** @param below authorities between this one and the signer */
function judgeAuthority(authority: Certificate, below: number): void {
  const who = describeCertificate(authority);
  if (!authority.isAuthority) throw new SignatureError('files.signature.usage', `${who} is no authority's`);
  if (authority.keyUsage?.has(usage.keyCertSign) !== true) {
    throw new SignatureError('files.signature.usage', `${who} has no keyUsage keyCertSign`);
  }
  if (authority.pathLength !== undefined && below > authority.pathLength) {
    throw new SignatureError('files.signature.chain', `${who} allows fewer authorities below it`);
  }
}

/**
 * Whether a list that was issued after the instant tells of it: what it names has the date of its revocation. Of a
 * certificate that had expired before the list was issued it may have left the entry out.
 */
function isLater({ thisUpdate }: RevocationList, certificate: Certificate, { at, judgedAt = at }: Trust): boolean {
  return at < thisUpdate && thisUpdate <= judgedAt && thisUpdate <= certificate.notAfter;
}

/**
 * Throws SignatureError unless a list in force, or one that was issued since, signed by the issuer, does not name the
 * certificate as revoked. What a list in force names is revoked whatever its date; what a later one names is, if that
 * was not after the instant.
 */
function judgeRevocation(certificate: Certificate, issuer: Certificate, trust: Trust, memory: SignatureMemory): void {
  if (trust.crls === 'none') return;
  const who = describeCertificate(certificate);
  const lists = trust.crls.filter((list) => list.issuer.equals(issuer.subject) && memory.isSignedBy(list, issuer));
  const fail = (message: string): never => {
    throw new SignatureError('files.signature.revocation-unknown', message);
  };
  if (lists.length === 0) fail(`there is no revocation list for ${who}`);
  if (issuer.keyUsage?.has(usage.cRLSign) !== true) fail(`${describeCertificate(issuer)} has no keyUsage cRLSign`);
  const inForce = lists.filter(({ thisUpdate, nextUpdate }) => thisUpdate <= trust.at && trust.at < nextUpdate);
  const since = lists.filter((list) => isLater(list, certificate, trust));
  const isRevoked =
    inForce.some((list) => listedAt(list, certificate) !== undefined) ||
    since.some((list) => (listedAt(list, certificate) ?? Number.POSITIVE_INFINITY) <= trust.at);
  if (isRevoked) throw new SignatureError('files.signature.revoked', `${who} was revoked`);
  if (inForce.length > 0 || since.length > 0) return;
  const latest = new Date(Math.max(...lists.map(({ nextUpdate }) => nextUpdate.getTime())));
  const message =
    latest <= trust.at
      ? `the revocation list for ${who} has expired: it was in force until ${latest.toISOString()}`
      : `the revocation list for ${who} is not in force yet`;
  fail(message);
}

function judgePath(path: readonly Certificate[], trust: Trust, memory: SignatureMemory): void {
  for (const [at, certificate] of path.entries()) {
    judgeForm(certificate);
    if (at === 0) judgeSignerUsage(certificate);
    else judgeAuthority(certificate, at - 1);
    judgeValidity(certificate, trust.at);
  }
  for (const [at, certificate] of path.entries()) {
    const issuer = path[at + 1];
    if (issuer !== undefined) judgeRevocation(certificate, issuer, trust, memory);
  }
}

/** A certificate without a way to trust: why not, as far as it can be told. */
function judgeLonely(signer: Certificate, others: readonly Certificate[]): never {
  for (const certificate of [signer, ...others]) {
    if (certificate.algorithm instanceof SignatureError) throw certificate.algorithm;
    judgeForm(certificate);
  }
  const message = `no trusted authority issued ${describeCertificate(signer)}, and no chain leads to one`;
  throw new SignatureError('files.signature.chain', message);
}

/**
 * Throws SignatureError unless some chain holds; the fault is that of the first chain.
 * @param others certificates that may stand between
 */
export function judgeChain(signer: Certificate, others: readonly Certificate[], trust: Trust): void {
  const memory = new SignatureMemory();
  let first: SignatureError | undefined;
  for (const path of findPaths([signer], others, trust, memory)) {
    try {
      judgePath(path, trust, memory);
      return;
    } catch (error) {
      if (!(error instanceof SignatureError)) throw error;
      first ??= error;
    }
  }
  if (first !== undefined) throw first;
  judgeLonely(signer, others);
}
