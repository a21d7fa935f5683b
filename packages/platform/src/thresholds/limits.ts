/** Limits of data values: what a request may carry. The values themselves are read by duis (docs/values.md). */
import {
  type AttributeLimit,
  breachOf,
  type Decimal,
  type DuisRequest,
  formatDecimal,
  readValues,
} from '@penstock/duis';
import type { ValueBreach } from '../messages/message.ts';

/** A limit that was set: an attribute's smallest and largest value in a span. */
export interface LimitSetting extends AttributeLimit {
  /** Undefined: since it is set. */
  readonly from: Date | undefined;
  /** Undefined: without end. */
  readonly to: Date | undefined;
  /** The service request that its row names; undefined: none, so that of the whole. */
  readonly reference?: string | undefined;
}

export interface LimitInForce extends LimitSetting {
  readonly limitId: bigint;
  readonly version: number;
}

/** Limits are few, and most requests carry no value of theirs: those are told by the name of their body. */
export class Limits {
  readonly #limits: readonly LimitInForce[];
  readonly #attributes: ReadonlySet<string>;

  constructor(limits: readonly LimitInForce[]) {
    this.#limits = limits;
    this.#attributes = new Set(limits.map((limit) => limit.attribute));
  }

  /**
   * The first value of a request that is outside a limit at an instant (milliseconds since 1970), or that cannot be
   * read. A request to a SMETS1 device is then deleted, any other held (DOMAIN.md, threshold anomaly detection).
   */
  breachOf(
    request: DuisRequest,
    { isSmets1, instant }: { isSmets1: boolean; instant: number },
  ): ValueBreach | undefined {
    if (this.#limits.length === 0) return undefined;
    const values = readValues(request, this.#attributes);
    if (values.length === 0) return undefined;
    const inForce = this.#limits.filter(
      ({ from, to }) =>
        (from === undefined || from.getTime() <= instant) && (to === undefined || instant < to.getTime()),
    );
    const [first] = breachOf(inForce, values);
    if (first === undefined) return undefined;
    const { limitId, version, minimum, maximum } = first.limit;
    // of a value that cannot be read either would do
    const bound = first.kind === 'below' ? minimum : (maximum ?? minimum);
    return {
      verdict: isSmets1 ? 'deleted' : 'held',
      limitId,
      version,
      bound: bound === undefined ? '0' : formatDecimal(bound),
      words: first.words,
    };
  }
}

export interface LimitPlan {
  readonly added: readonly LimitSetting[];
  readonly ended: readonly LimitInForce[];
}

function keyOf({ attribute, minimum, maximum, from, to }: LimitSetting): string {
  const text = (value: Decimal | undefined): string => (value === undefined ? '' : formatDecimal(value));
  return [attribute, text(minimum), text(maximum), from?.getTime(), to?.getTime()].join('/');
}

/** What makes `wanted` of what is in force; each limit that is not changed stays what it is. */
export function planLimits(inForce: readonly LimitInForce[], wanted: readonly LimitSetting[]): LimitPlan {
  const open = new Map(inForce.map((limit) => [keyOf(limit), limit]));
  const added = wanted.filter((limit) => !open.delete(keyOf(limit)));
  return { added, ended: [...open.values()] };
}
