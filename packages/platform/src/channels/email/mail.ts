// A mail with a signed file: what can be read of it before it is opened, and what must be in it. Pure.
//
// The form: CMS EnvelopedData or AuthEnvelopedData (S/MIME) for the Operator's certificate, and in it a multipart/mixed
// with exactly two attachments, one of which has a name that ends in .p7s. The subject has the User ID.
import { type Eui, parseEui } from '@penstock/duis';
import {
  type Attachment,
  decodeBody,
  decodeWords,
  type Entity,
  MailFault,
  readAttachments,
  readEntity,
  readParameters,
} from './mime.ts';

const SIGNATURE = /\.p7s$/i;

/** A mail as it came. */
export interface SealedMail {
  readonly subject: string;
  readonly envelope: Buffer;
}

const CLEAR =
  'the mail is not encrypted: nothing in the clear is taken. Encrypt it (S/MIME, CMS) to the certificate that the Operator has published';

/** @throws MailFault */
export function readMail(bytes: Buffer): SealedMail {
  const entity = readEntity(bytes);
  const { value, parameters } = readParameters(entity.fields.get('content-type') ?? '');
  const kind = parameters.get('smime-type')?.toLowerCase() ?? 'enveloped-data';
  const isSealed = /^application\/(x-)?pkcs7-mime$/.test(value) && /^(auth-?)?enveloped-data$/.test(kind);
  if (!isSealed) throw new MailFault(CLEAR);
  return { subject: entity.fields.get('subject') ?? '', envelope: decodeBody(entity) };
}

/** The one User ID that a subject names, whatever stands around it; undefined: none. @throws MailFault for several */
function namedIn(subject: string): Eui | undefined {
  const found = decodeWords(subject).match(/\b([0-9a-f]{2}-){7}[0-9a-f]{2}\b/gi) ?? [];
  const named = new Set(found.map((text) => parseEui(text.toUpperCase())));
  if (named.size > 1) throw new MailFault('its subject names more than one User ID');
  return [...named][0];
}

/** What a mail was sent for. */
export interface OpenedMail {
  readonly userId: Eui;
  readonly file: Attachment;
  readonly signature: Buffer;
}

function pairOf(attachments: readonly Attachment[]): Pick<OpenedMail, 'file' | 'signature'> {
  const [signature, ...others] = attachments.filter(({ name }) => SIGNATURE.test(name));
  const [file, ...more] = attachments.filter(({ name }) => !SIGNATURE.test(name));
  if (attachments.length !== 2 || signature === undefined || file === undefined || others.length + more.length > 0) {
    throw new MailFault(
      `it has ${attachments.length} attachments; it must have exactly two: the file, and its signature under a name that ends in .p7s`,
    );
  }
  return { file, signature: signature.bytes };
}

/**
 * What is in a mail. The subject outside counts first; mail programs that protect it have it inside.
 * @throws MailFault
 */
export function readOpened(content: Buffer, { subject }: SealedMail): OpenedMail {
  const entity: Entity = readEntity(content);
  const userId = namedIn(subject) ?? namedIn(entity.fields.get('subject') ?? '');
  if (userId === undefined) throw new MailFault('its subject does not name the User ID for which it is');
  return { userId, ...pairOf(readAttachments(entity)) };
}

/** Finds lines that end in another way than CRLF: a server that reads them otherwise sees another mail (smuggling). */
export class BareLineEnds {
  #isAfterReturn = false;
  #isFound = false;

  get isFound(): boolean {
    return this.#isFound;
  }

  push(bytes: Buffer): void {
    let isAfterReturn = this.#isAfterReturn;
    for (let at = 0; at < bytes.length; at += 1) {
      const byte = bytes[at];
      if (isAfterReturn !== (byte === 0x0a)) this.#isFound = true;
      isAfterReturn = byte === 0x0d;
    }
    this.#isAfterReturn = isAfterReturn;
  }
}
