/**
 * Every rule about a request that the schema does not enforce and that needs no registry: DOMAIN facts, the catalogue
 * and the Operator's own User IDs are enough. Signer, User, device and responsibility are judged by the platform.
 *
 * The rules are asked in the order below and the first breach is the answer, so the same request always gets the same
 * code. The response code is the one that DUIS sends back for that breach (E11 request, E12 device, E13 Command
 * Variant or URL: believed, see codes/responses.ts); a breach without one is answered over HTTP only, because the
 * message is not one that DUIS would answer.
 */
import { catalogue, type ServiceRequestVariant, SIGNED_PRE_COMMAND } from '../catalogue/catalogue.ts';
import { serviceFor, type WebService } from '../catalogue/services.ts';
import { devicesConcerned } from '../devices.ts';
import { DuisError, type DuisErrorCode } from '../errors.ts';
import { type Eui, formatRequestId } from '../identifiers.ts';
import type { RequestContent } from '../message.ts';

/** The versions of the schema that are taken; `xs:decimal` alone would allow any number. */
export const knownSchemaVersions: readonly string[] = ['5.0', '5.1', '5.2', '5.3', '5.4'];

export interface RuleBreach {
  readonly code: DuisErrorCode;
  /** The DUIS response code to answer with; undefined where the message gets no DUIS answer. */
  readonly responseCode?: string;
  /** What is wrong here, in one sentence. */
  readonly message: string;
  /** The part of the request, e.g. 'Header/CommandVariant'. */
  readonly where: string;
}

export interface RequestContext {
  /** The web service that the request was sent to. */
  readonly service: WebService;
  /** The User IDs of the Operator: the targets of non-device requests, and of no others. */
  readonly operatorIds: ReadonlySet<Eui>;
}

type Rule = (
  request: RequestContent,
  context: RequestContext,
  variant: ServiceRequestVariant,
) => RuleBreach | undefined;

/** Command Variants whose body is a Signed Pre-Command. */
const isSignedVariant = (commandVariant: number): boolean => commandVariant >= 5 && commandVariant <= 7;

const operatorsOwn: Rule = ({ commandVariant }) =>
  commandVariant === 9
    ? {
        code: 'duis.rule.operator-only',
        responseCode: 'E13',
        message: 'Command Variant 9 is the Operator’s own and never sent by a User',
        where: 'Header/CommandVariant',
      }
    : undefined;

const commandVariantOfCriticality: Rule = ({ commandVariant }, _context, variant) =>
  variant.commandVariants.includes(commandVariant)
    ? undefined
    : {
        code: 'duis.rule.command-variant',
        responseCode: 'E13',
        message: `${variant.srv} takes Command Variant ${variant.commandVariants.join(', ')}, not ${commandVariant}`,
        where: 'Header/CommandVariant',
      };

const webService: Rule = ({ commandVariant }, { service }) => {
  const right = serviceFor(commandVariant);
  if (right === service) return undefined;
  return {
    code: 'duis.rule.service',
    responseCode: 'E13',
    message: `Command Variant ${commandVariant} belongs to the ${right} service, not to ${service}`,
    where: 'Header/CommandVariant',
  };
};

const signedPreCommand: Rule = ({ commandVariant, body }) => {
  if (isSignedVariant(commandVariant) === (body.name === SIGNED_PRE_COMMAND)) return undefined;
  const wants = isSignedVariant(commandVariant) ? 'a SignedPreCommand' : 'no SignedPreCommand';
  return {
    code: 'duis.rule.signed-pre-command',
    responseCode: 'E11',
    message: `Command Variant ${commandVariant} takes ${wants}, the body holds ${body.name}`,
    where: 'Body',
  };
};

const bodyOfVariant: Rule = ({ commandVariant, body }, _context, variant) => {
  const allowed = isSignedVariant(commandVariant) ? [SIGNED_PRE_COMMAND] : variant.bodyElements;
  if (body.namespace === 'sr' && allowed.includes(body.name)) return undefined;
  return {
    code: 'duis.rule.body',
    responseCode: 'E11',
    message: `${variant.srv} takes ${allowed.join(' or ')} in the body, not ${body.name}`,
    where: 'Body',
  };
};

// Seen in all 516 real templates: Command Variant 8 targets the Operator (8.14 too, which is about a hub), every
// other targets a device.
const target: Rule = ({ requestId }, { operatorIds }, variant) => {
  if (operatorIds.has(requestId.target) === variant.nonDevice) return undefined;
  return {
    code: 'duis.rule.target',
    responseCode: 'E12',
    message: `${variant.srv} targets ${variant.nonDevice ? 'the Operator' : 'a device'}, not ${requestId.target}`,
    where: 'Header/RequestID',
  };
};

// Asked here so that such a request is refused and recorded like any other, not met when its devices are written down.
const readableDevices: Rule = (request) => {
  try {
    devicesConcerned(request);
    return undefined;
  } catch (error) {
    if (!(error instanceof DuisError)) throw error;
    return { code: error.code, responseCode: 'E11', message: error.message, where: 'Body' };
  }
};

const rulesOfVariant: readonly Rule[] = [
  operatorsOwn,
  commandVariantOfCriticality,
  webService,
  signedPreCommand,
  bodyOfVariant,
  target,
  readableDevices,
];

function checkFrame(request: RequestContent): RuleBreach | undefined {
  if (!knownSchemaVersions.includes(request.schemaVersion)) {
    return {
      code: 'duis.rule.schema-version',
      message: `schemaVersion '${request.schemaVersion}' is not one of ${knownSchemaVersions.join(', ')}`,
      where: 'Request/@schemaVersion',
    };
  }
  if (request.signature === undefined) {
    return { code: 'duis.rule.unsigned', message: 'the request has no signature', where: 'Request/Signature' };
  }
  if (request.requestId.originator === request.requestId.target) {
    return {
      code: 'duis.rule.request-id',
      message: `the originator of ${formatRequestId(request.requestId)} is its own target`,
      where: 'Header/RequestID',
    };
  }
  return undefined;
}

/** The first rule that the request breaks, or undefined when it is in order. Pure. */
export function checkRequest(request: RequestContent, context: RequestContext): RuleBreach | undefined {
  const breach = checkFrame(request);
  if (breach !== undefined) return breach;
  const variant = catalogue.get(request.serviceReferenceVariant);
  if (variant === undefined) {
    // no response code: a DUIS answer repeats the variant, and the schema has no place for an unknown one
    return {
      code: 'duis.rule.service-reference',
      message: `there is no variant '${request.serviceReferenceVariant}'`,
      where: 'Header/ServiceReferenceVariant',
    };
  }
  if (variant.serviceReference !== request.serviceReference) {
    return {
      code: 'duis.rule.service-reference',
      responseCode: 'E11',
      message: `${variant.srv} belongs to reference ${variant.serviceReference}, not to '${request.serviceReference}'`,
      where: 'Header/ServiceReference',
    };
  }
  for (const rule of rulesOfVariant) {
    const found = rule(request, context, variant);
    if (found !== undefined) return found;
  }
  return undefined;
}
