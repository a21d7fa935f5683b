/** What a set of thresholds changes in the one that is in force: a decision over plain data. */
import type { CountedDirection } from './matching.ts';

/** A span of numbers of one threshold. `from` undefined: since it is set; `to` undefined: without end. */
export interface ThresholdBound {
  readonly kind: 'threshold' | 'exception';
  readonly warning: bigint | undefined;
  readonly quarantine: bigint;
  readonly from: Date | undefined;
  readonly to: Date | undefined;
}

/** One threshold of an owner. Its identity is (services, direction, period); spans of one kind do not overlap. */
export interface ThresholdSetting {
  /** ['all'], ['alerts'], or SRVs in order, each once. */
  readonly services: readonly string[];
  readonly direction: CountedDirection;
  readonly periodSeconds: number;
  readonly bounds: readonly ThresholdBound[];
  /** The service requests that its rows name, in words; undefined: none, so that of the whole. */
  readonly reference?: string | undefined;
}

/** One that is in force. */
export interface ThresholdInForce extends ThresholdSetting {
  readonly thresholdId: bigint;
  readonly version: number;
}

export interface ThresholdPlan {
  readonly added: readonly ThresholdSetting[];
  /** Same identity, other numbers: the count goes on. */
  readonly changed: readonly ThresholdInForce[];
  readonly ended: readonly ThresholdInForce[];
}

export function identityOf({ services, direction, periodSeconds }: ThresholdSetting): string {
  return `${services.join(' ')}/${direction}/${periodSeconds}`;
}

function numbersOf({ bounds }: ThresholdSetting): string {
  return bounds
    .map(({ kind, warning, quarantine, from, to }) =>
      [kind, warning, quarantine, from?.getTime(), to?.getTime()].join('/'),
    )
    .sort()
    .join(' ');
}

/** What makes `wanted` of what is in force. In `changed` stand the new bounds, with the version that they get. */
export function planThresholds(
  inForce: readonly ThresholdInForce[],
  wanted: readonly ThresholdSetting[],
): ThresholdPlan {
  const open = new Map(inForce.map((one) => [identityOf(one), one]));
  const added: ThresholdSetting[] = [];
  const changed: ThresholdInForce[] = [];
  for (const setting of wanted) {
    const found = open.get(identityOf(setting));
    open.delete(identityOf(setting));
    if (found === undefined) added.push(setting);
    else if (numbersOf(found) !== numbersOf(setting)) {
      const { bounds, reference } = setting;
      changed.push({ ...found, bounds, reference, version: found.version + 1 });
    }
  }
  return { added, changed, ended: [...open.values()] };
}
