import { createHash } from 'node:crypto';
import { notTakenSchema, receiptSchema } from '@penstock/api';
import { FIRST_BYTES, Findings, profileOf, reportProfile } from '@penstock/files';
import {
  type Certificate,
  type RevocationList,
  readSignature,
  SignatureError,
  type Signer,
  verifySignature,
} from '@penstock/files/signature';

// Whether a document is what the Operator signed, and what it says. Nothing of it is told before its signature is good.

/** What a document was not found to be; `code` is for scripts. */
export class NotVerified extends Error {
  readonly code: string;
  readonly action: string;
  constructor(code: string, message: string, action: string) {
    super(message);
    this.code = code;
    this.action = action;
  }
}

export interface Given {
  readonly document: Buffer;
  readonly signature: Buffer;
  /** The authorities of the Operator's certificate. */
  readonly anchors: readonly Certificate[];
  /** Undefined: nobody looks whether it was revoked. */
  readonly crls: readonly RevocationList[] | undefined;
  /** User ID of the Operator, in upper case. */
  readonly operator: string;
  /** That the receipt should be of. */
  readonly file: { readonly path: string; readonly sha256: string } | undefined;
  readonly now: Date;
}

export interface Verified {
  readonly signer: { readonly subject: string; readonly fingerprint: string; readonly at: string };
  /** What the document says, in lines. */
  readonly tells: readonly string[];
  readonly compared: string | undefined;
  /** What nobody looked at. */
  readonly notVerified: readonly string[];
}

/** As the subject of a certificate has an EUI-64: a BIT STRING of 64 bits, in the hex of its DER. */
function isOf({ subject }: Signer, eui: string): boolean {
  const wanted = `X500UNIQUEIDENTIFIER=#030900${eui.replaceAll('-', '')}`;
  // commas of values are escaped: what follows one is no attribute
  return subject.split(/(?<!\\)[,+]/).includes(wanted);
}

function requireSigner({ document, signature, anchors, crls, operator, now }: Given): Signer {
  try {
    const read = readSignature(signature);
    const digest = createHash(read.digestAlgorithm).update(document).digest();
    const verdict = verifySignature(read, { digest, anchors, crls: crls ?? 'none', at: now, judgedAt: now });
    if (!verdict.ok)
      throw new NotVerified(verdict.code, verdict.message, 'Do not rely on it; fetch the receipt again.');
    if (isOf(verdict.signer, operator)) return verdict.signer;
    const message = `it was signed by ${verdict.signer.subject}, which is not ${operator}`;
    throw new NotVerified(
      'receipt.other-signer',
      message,
      'Do not rely on it: somebody else than the Operator made it.',
    );
  } catch (error) {
    if (!(error instanceof SignatureError)) throw error;
    throw new NotVerified(error.code, error.message, 'Give the signature that came with the receipt.');
  }
}

/** What the document says, and of which file it is. */
function read(document: Buffer): { readonly tells: string[]; readonly sha256: string | undefined } {
  const json = parseJson(document);
  const receipt = receiptSchema.safeParse(json).data?.submission;
  if (receipt !== undefined) {
    const { userId, sha256, state, changedAt, receivedAt, references, code, detail, signatures, summary } = receipt;
    const signed = signatures.filter(({ verdict }) => verdict === 'valid').map(({ name }) => name ?? 'an officer');
    return {
      sha256,
      tells: [
        `the file with SHA-256 ${sha256}, of ${userId}, was received ${receivedAt}`,
        `it is ${state.replaceAll('_', ' ')} since ${changedAt}${code === undefined ? '' : `: ${code}: ${detail ?? ''}`}`,
        references.length === 1
          ? `its service request is ${references[0]}`
          : `its service requests are ${references.join(', ')}`,
        ...(signed.length === 0 ? [] : [`it was signed by ${signed.join(', ')}`]),
        ...(summary?.words ?? []),
      ],
    };
  }
  const notTaken = notTakenSchema.safeParse(json).data;
  if (notTaken !== undefined) {
    const { name, at, code, detail } = notTaken;
    return { sha256: undefined, tells: [`the file ${name} could not be taken in at ${at}: ${code}: ${detail}`] };
  }
  if (profileOf(document.subarray(0, FIRST_BYTES), [reportProfile], new Findings()) !== undefined) {
    return { sha256: undefined, tells: ['it is a Quarantined Communications Report'] };
  }
  const message = 'its signature is good, and it is neither a receipt nor a report that this version knows';
  throw new NotVerified('receipt.unknown', message, 'Take a newer version of penstock.');
}

function parseJson(document: Buffer): unknown {
  try {
    return JSON.parse(document.toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function compare(sha256: string | undefined, file: Given['file']): string | undefined {
  if (file === undefined) return undefined;
  if (sha256 === file.sha256) return `compared: ${file.path} is that file, byte for byte`;
  const message =
    sha256 === undefined
      ? 'it names no SHA-256 that a file could be compared with'
      : `it is of ${sha256}, and ${file.path} is ${file.sha256}`;
  throw new NotVerified('receipt.other-file', message, 'Give the file whose receipt this is.');
}

/** @throws NotVerified */
export function verifyDocument(given: Given): Verified {
  const signer = requireSigner(given);
  const { tells, sha256 } = read(given.document);
  const compared = compare(sha256, given.file);
  return {
    signer: {
      subject: signer.subject,
      fingerprint: signer.fingerprint,
      at: signer.signingTime?.toISOString() ?? 'at a time that is not said',
    },
    tells,
    compared,
    notVerified: [
      ...(given.crls === undefined ? ["whether the Operator's certificate was revoked: no --revocation-list"] : []),
      ...(given.file === undefined && sha256 !== undefined
        ? ['that a file of yours is the one of the receipt: no --file']
        : []),
      'what the document says: the Operator said it, and when, by its own clock',
    ],
  };
}
