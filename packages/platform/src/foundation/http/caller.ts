// Who calls a route, and what of it is allowed: machines by their certificate, people by their session. What a session
// is, is the matter of the room `people`, which hands it in.
import type { IncomingHttpHeaders } from 'node:http';
import { type Choice, operatorRoleNameSchema } from '@penstock/api';
import { parseEui } from '@penstock/duis';
import { PenstockError } from '../errors.ts';
import { needsReason, type Right, rightsOfMachine } from '../rights.ts';
import type { Viewer } from '../viewer.ts';
import { reasonOf } from './headers.ts';

/**
 * Who may call a route: anyone; any person who is signed in, about itself; the ready people of the demonstration; whoever
 * has the right.
 */
export type Access = 'anyone' | ForPeople | Right;
/** Asked of the person, whoever the person acts for. */
type ForPeople = 'person' | 'demonstration';

export function isForPeople(access: Access): access is ForPeople {
  return access === 'person' || access === 'demonstration';
}

/** A person who proved who it is, for whomever it may act. */
export interface SignedIn {
  readonly personId: string;
  readonly sessionId: string;
  readonly name: string;
  readonly email: string;
  /** One of the ready people of the demonstration. */
  readonly isDemonstration: boolean;
  readonly choices: readonly Choice[];
  /** The session was lengthened: cookies for the answer. */
  readonly cookies: readonly string[];
}

export interface Caller {
  readonly viewer: Viewer;
  readonly rights: ReadonlySet<Right>;
  /** Undefined for a machine. */
  readonly choice: Choice | undefined;
}

/** What the room `people` gives to the server. */
export interface Sessions {
  /** The origins of our own pages; the first is the address that people are given. */
  origins(): readonly string[];
  /**
   * Who is signed in by the cookies of a request; undefined when nobody.
   * @throws PenstockError 'access.second-factor-needed'
   */
  personOf(headers: IncomingHttpHeaders): Promise<SignedIn | undefined>;
  /** @throws PenstockError 'access.choice-needed', 'access.denied', 'request.invalid' */
  callerOf(person: SignedIn, headers: IncomingHttpHeaders): Caller;
}

/** Several User IDs, or none, and the call does not say for which it is made. */
export class ChoiceNeeded extends PenstockError {
  readonly choices: readonly Choice[];
  constructor(choices: readonly Choice[]) {
    super('access.choice-needed', { where: 'penstock-acting' });
    this.choices = choices;
  }
}

/** As a machine calls; a role of the other side, which no registration gives, counts for nothing. @throws as `reasonOf` */
export function callerOfMachine(viewer: Viewer, headers: IncomingHttpHeaders): Caller {
  const { machine } = viewer;
  if (machine === undefined) throw new Error('a machine came in without a certificate');
  const isOfSide = operatorRoleNameSchema.safeParse(machine.role).success === (viewer.kind === 'operator');
  const role = isOfSide ? machine.role : undefined;
  const known: Viewer = { ...viewer, machine: { ...machine, role, reason: reasonOf(headers) } };
  return { viewer: known, rights: rightsOfMachine(role), choice: undefined };
}

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/**
 * A browser sends the cookies of a session with whatever page asks it to: what changes something must come from our
 * own pages. SameSite=Strict is the first wall, this the second.
 * @throws PenstockError 'access.wrong-origin'
 */
export function requireOwnOrigin(method: string, headers: IncomingHttpHeaders, origins: readonly string[]): void {
  if (SAFE_METHODS.has(method)) return;
  const { origin } = headers;
  if (origin === undefined ? headers['sec-fetch-site'] === 'same-origin' : origins.includes(origin)) return;
  throw new PenstockError('access.wrong-origin', { detail: `the call must come from ${origins[0]}`, where: 'origin' });
}

/** Whether the Operator asks for what is a User's: it names another User ID than its own, or none that is one. */
export function asksOfUser(caller: Caller | undefined, query: unknown): boolean {
  const named: unknown = Object(query).userId;
  if (caller?.viewer.kind !== 'operator' || named === undefined) return false;
  return typeof named !== 'string' || parseEui(named) !== caller.viewer.userId;
}

/** @throws PenstockError 'access.unauthenticated', 'access.denied', 'access.reason-needed' */
export function requireAccess(access: Access, caller: Caller | undefined, person: SignedIn | undefined): void {
  if (access === 'anyone') return;
  if (isForPeople(access)) {
    if (person === undefined) throw new PenstockError('access.unauthenticated', { detail: 'sign in' });
    if (access === 'person' || person.isDemonstration) return;
    throw new PenstockError('access.denied', { detail: 'this is for the ready people of the demonstration' });
  }
  if (caller === undefined) {
    throw new PenstockError('access.unauthenticated', {
      detail:
        "sign in, or call the gateway's address (https, port 8443 unless configured) with a registered client certificate",
    });
  }
  if (caller.rights.has(access)) {
    const { role, reason } = caller.viewer.person ?? caller.viewer.machine ?? {};
    if (role === undefined || reason !== undefined || !needsReason(role, access)) return;
    throw new PenstockError('access.reason-needed', { where: 'penstock-reason' });
  }
  if (caller.viewer.machine !== undefined && caller.viewer.machine.role === undefined) {
    const detail = 'this certificate is registered without a role, and one without may do nothing here';
    throw new PenstockError('access.denied', { detail });
  }
  const who = (caller.choice?.role ?? `machine as ${caller.viewer.machine?.role}`).replaceAll('_', ' ');
  throw new PenstockError('access.denied', { detail: `${who} has no right ${access}` });
}
