/**
 * Which thresholds a message counts for. Pure: the same rule in SQL, for counts made from the log, is `is_counted`
 * (migrations/0006_thresholds.sql), and a test holds them together.
 */
import { type Eui, requireEui } from '@penstock/duis';
import type { CountedBy, Direction, MessageKind } from '../messages/message.ts';

/** The owner of thresholds over all Users; nobody's User ID. */
export const ALL_USERS = requireEui('00-00-00-00-00-00-00-00');

export const countedDirections = ['sent', 'received', 'processed'] as const;
/** sent: from the User into the network; received: from the network to the User; processed: both. */
export type CountedDirection = (typeof countedDirections)[number];

/** What a threshold counts. */
export interface ThresholdDefinition {
  readonly id: bigint;
  /** A User ID, or ALL_USERS. */
  readonly owner: Eui;
  /** ['all'], ['alerts'], or SRVs. */
  readonly services: readonly string[];
  readonly direction: CountedDirection;
}

/** What of a message decides where it counts. */
export interface CountedMessage {
  readonly direction: Direction;
  readonly kind: MessageKind;
  readonly commandVariant: number | undefined;
  readonly srv: string | undefined;
}

/** A critical request that is only to be transformed; it counts when it is sent, or it would count twice. */
const TRANSFORM_VARIANT = 4;

export function isCounted(
  { services, direction }: Pick<ThresholdDefinition, 'services' | 'direction'>,
  message: CountedMessage,
): boolean {
  if (message.direction === 'southbound') {
    if (direction === 'received' || message.commandVariant === TRANSFORM_VARIANT) return false;
  } else if (direction === 'sent') return false;
  if (services[0] === 'all') return true;
  if (services[0] === 'alerts') return message.kind === 'device_alert' || message.kind === 'dcc_alert';
  return message.srv !== undefined && services.includes(message.srv);
}

/** Few: a User's messages differ by some hundred SRVs and kinds. What a stranger could make grow is cut off here. */
const MOST_REMEMBERED = 100_000;

/** The thresholds in force at one version of the directory, remembered by User and kind of message. */
export class Matching {
  readonly #byOwner: ReadonlyMap<Eui, readonly ThresholdDefinition[]>;
  readonly #remembered = new Map<string, CountedBy>();

  constructor(definitions: readonly ThresholdDefinition[]) {
    const sorted = definitions.toSorted((one, other) => (one.id < other.id ? -1 : 1));
    this.#byOwner = Map.groupBy(sorted, (definition) => definition.owner);
  }

  countedBy(userId: Eui, message: CountedMessage): CountedBy {
    const { direction, kind, commandVariant, srv } = message;
    const key = `${userId}${direction}${kind}${commandVariant}${srv}`;
    const known = this.#remembered.get(key);
    if (known !== undefined) return known;
    const idsOf = (owner: Eui): bigint[] =>
      (this.#byOwner.get(owner) ?? [])
        .filter((definition) => isCounted(definition, message))
        .map((definition) => definition.id);
    const found = { own: idsOf(userId), shared: idsOf(ALL_USERS) };
    if (this.#remembered.size >= MOST_REMEMBERED) this.#remembered.clear();
    this.#remembered.set(key, found);
    return found;
  }
}
