/**
 * The one way in which this package fails: a DuisError with a code of the registry below.
 *
 * A code is stable once released; the title says what is wrong, `remedy` what the sender does about it. The message
 * of one error adds the particulars, and `offset` says where in the bytes it was found, if it is known.
 */

/** What a code means and what to do about it. */
export interface ErrorDescription {
  readonly title: string;
  readonly remedy: string;
}

const registry = {
  // ------------------------------------------------------------------ the text
  'duis.xml.malformed': {
    title: 'The message is not well-formed XML',
    remedy: 'Send one well-formed XML document in UTF-8.',
  },
  'duis.xml.encoding': {
    title: 'The message is not valid UTF-8, or declares another encoding',
    remedy: 'Send UTF-8, with no declaration or with encoding="UTF-8".',
  },
  'duis.xml.doctype': {
    title: 'The message has a DOCTYPE',
    remedy: 'Remove the DOCTYPE; DUIS needs no entities.',
  },
  'duis.xml.processing-instruction': {
    title: 'The message has a processing instruction',
    remedy: 'Remove the processing instruction.',
  },
  'duis.xml.comment': {
    title: 'The message has a comment in the content that is signed',
    remedy: 'Remove the comment: a signature does not cover comments, so their text could be changed.',
  },
  'duis.xml.entity': {
    title: 'The message uses an entity that is not one of the five of XML',
    remedy: 'Write the character itself or a numeric character reference.',
  },
  'duis.xml.character': {
    title: 'The message holds a character that XML does not allow',
    remedy: 'Remove the character.',
  },
  'duis.xml.namespace': {
    title: 'A namespace prefix is not declared, or is declared wrongly',
    remedy: 'Declare each prefix once, with the address of its namespace.',
  },
  'duis.xml.limit': {
    title: 'The message is larger, deeper or has more attributes than is taken',
    remedy: 'Split the message, or see the limits in the documentation.',
  },
  // ------------------------------------------------------------------ the shape
  'duis.profile.root': {
    title: 'The root element is not a DUIS Request or Response',
    remedy: 'Send a Request or Response element of the DUIS namespace.',
  },
  'duis.profile.structure': {
    title: 'The message does not have the structure of DUIS',
    remedy: 'Send Header, Body and Signature in this order, each once, as the schema says.',
  },
  'duis.profile.header': {
    title: 'A field of the header is missing, repeated or not of its type',
    remedy: 'Correct the field that the message names.',
  },
  'duis.profile.request-id': {
    title: 'The RequestID or ResponseID is not two EUI-64 and a counter',
    remedy: 'Write ORIGINATOR:TARGET:COUNTER with no white space around it.',
  },
  'duis.profile.body': {
    title: 'The body does not hold exactly one element',
    remedy: 'Put exactly one element into the Body.',
  },
  // ------------------------------------------------------------------ the signature
  'duis.signature.absent': {
    title: 'The message is not signed',
    remedy: 'Sign the message with the certificate registered for the User ID.',
  },
  'duis.signature.repeated': {
    title: 'The message has more than one signature',
    remedy: 'Send exactly one signature.',
  },
  'duis.signature.misplaced': {
    title: 'The signature is not the last child of the root element',
    remedy: 'Put the signature at the end of the root element.',
  },
  'duis.signature.profile': {
    title: 'The signature is not of the DUIS profile',
    remedy: 'Use the algorithms, the one transform, the one reference and the key information that DUIS names.',
  },
  'duis.signature.digest': {
    title: 'The content was changed after it was signed, or was digested in another canonical form',
    remedy: 'Send the bytes that were signed; digest them with inclusive C14N 1.0.',
  },
  'duis.signature.value': {
    title: 'The signature does not fit the key of the certificate that it names',
    remedy: 'Sign with the key of the certificate that is named by issuer and serial number.',
  },
  // ------------------------------------------------------------------ the rules that no schema enforces
  'duis.rule.schema-version': {
    title: 'The schemaVersion is not known',
    remedy: 'Use schemaVersion 5.0, 5.1, 5.2, 5.3 or 5.4.',
  },
  'duis.rule.unsigned': {
    title: 'The request is not signed',
    remedy: 'Sign the request: the schema lets unsigned ones through, the network does not.',
  },
  'duis.rule.service-reference': {
    title: 'The ServiceReferenceVariant is unknown or does not belong to the ServiceReference',
    remedy: 'Use a variant of the catalogue with its own reference.',
  },
  'duis.rule.body': {
    title: 'The element in the body does not belong to the ServiceReferenceVariant',
    remedy: 'Send the element that the catalogue names for this variant.',
  },
  'duis.rule.command-variant': {
    title: 'The Command Variant is not one of this ServiceReferenceVariant',
    remedy: 'Use 1 to 3 for non-critical, 4 then 5 to 7 for critical, 8 for non-device requests.',
  },
  'duis.rule.signed-pre-command': {
    title: 'The body and the Command Variant disagree whether this is a Signed Pre-Command',
    remedy: 'Send SignedPreCommand with Command Variants 5, 6 and 7, and only with these.',
  },
  'duis.rule.service': {
    title: 'The Command Variant does not belong to the web service that the request was sent to',
    remedy: 'Send variant 4 to transform, 1 to 3 and 5 to 7 to send-command, 8 to non-device.',
  },
  'duis.rule.request-id': {
    title: 'The originator and the target of the RequestID are the same',
    remedy: 'Put the User ID first and the device, or the Operator, second.',
  },
  'duis.rule.target': {
    title: 'The target of the RequestID is not what the request is sent to',
    remedy: 'Target the Operator in non-device requests and the device in all others.',
  },
  'duis.rule.operator-only': {
    title: 'The Command Variant is the Operator’s own',
    remedy: 'A User never sends Command Variant 9.',
  },
  'duis.rule.device': {
    title: 'A device named in the body is not an EUI-64, or too many are named',
    remedy: 'Name each device by its EUI-64, at most 50,000 in a list.',
  },
  // ------------------------------------------------------------------ identifiers, writing
  'duis.identifier.eui': {
    title: 'The text is not an EUI-64',
    remedy: 'Write eight pairs of hex digits joined by hyphens.',
  },
  'duis.catalogue.row': {
    title: 'A row of the catalogue cannot be read',
    remedy: 'This is a fault of the package: report it.',
  },
  'duis.write.value': {
    title: 'A value cannot be written into a DUIS message',
    remedy: 'Correct the value that the message names.',
  },
  'duis.write.structure': {
    title: 'The message cannot be written so that the DUIS schema holds',
    remedy: 'Correct what the message names.',
  },
} as const satisfies Record<string, ErrorDescription>;

/** Every code that this package can fail with. */
export type DuisErrorCode = keyof typeof registry;

/** The registry of the codes: what each means and what to do about it. */
export const duisErrors: Readonly<Record<DuisErrorCode, ErrorDescription>> = registry;

/** Every failure of this package. `message` says what is wrong here; `offset` counts bytes from the start. */
export class DuisError extends Error {
  readonly code: DuisErrorCode;
  readonly offset: number | undefined;

  constructor(code: DuisErrorCode, detail?: string, offset?: number) {
    super(detail ?? registry[code].title);
    this.name = 'DuisError';
    this.code = code;
    this.offset = offset;
  }
}
