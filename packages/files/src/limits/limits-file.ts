/** What an Attribute Limits File says: the whole set of limits of the Operator. What it does not name ends. */

/** The limits of one attribute for a span of time. A value below the minimum or above the maximum breaches. */
export interface LimitRow {
  readonly line: number;
  /** The id of the attribute, as docs/values.md has it. */
  readonly attribute: string;
  /** An exact decimal in the unit of the attribute, in one form for one number; undefined: no minimum. */
  readonly minimum: string | undefined;
  /** The same; undefined: no maximum. One of the two is there, and the minimum is not above the maximum. */
  readonly maximum: string | undefined;
  /** In UTC, always 24 characters; undefined: when the file is applied. */
  readonly from: string | undefined;
  /** Half-open; undefined: no end. */
  readonly to: string | undefined;
  /** The Operator's own, up to 64 visible characters; may be empty. */
  readonly reference: string;
}

export interface LimitsFile {
  /** In the order of the file; empty when the file ends all limits. */
  readonly limits: readonly LimitRow[];
  /** Of the row `none`; empty otherwise. */
  readonly reference: string;
}
