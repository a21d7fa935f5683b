/** What reading a file found beside its rows: everything that is wrong, and what was tolerated. */
import { type FileErrorCode, fileErrors } from './errors.ts';

/** A column of a profile; `number` counts from 1. */
export interface Column {
  readonly number: number;
  readonly name: string;
}

/** One thing that is wrong, where, and what to do. */
export interface Fault {
  /** Counts from 1, the header included. */
  readonly line: number;
  /** Absent when the line as a whole is wrong. */
  readonly column?: Column;
  readonly code: FileErrorCode;
  readonly message: string;
  readonly action: string;
}

/** What was tolerated, and is told because it may not be what was meant. */
export interface Notice {
  readonly kind: 'byte-order-mark' | 'line-ends' | 'blank-lines';
  readonly message: string;
}

/** Faults that are listed; all are counted. */
export const MOST_LISTED_FAULTS = 1_000;
/** Different service requests that a file may name: a receipt names them all. */
export const MOST_REFERENCES = 1_000;
const LONGEST_SHOWN = 40;

/** Where a value stands. */
export interface Place {
  readonly line: number;
  readonly column: Column;
}

/** Gathers what is found while a file is read; complete when its reader has come to the end. */
export class Findings {
  readonly #faults: Fault[] = [];
  readonly #notices: Notice[] = [];
  readonly #references = new Map<string, Place>();
  #count = 0;
  /** Rows read so far, the header not counted. */
  rows = 0;
  /** False once reading stopped before the end of the file, so what comes after the last fault was not looked at. */
  isWhole = true;

  /** In the order in which they were found; at most `MOST_LISTED_FAULTS`. */
  get faults(): readonly Fault[] {
    return this.#faults;
  }

  get faultCount(): number {
    return this.#count;
  }

  get notices(): readonly Notice[] {
    return this.#notices;
  }

  /** The service requests that rows name, in the order of the file, each with its first place. */
  get references(): ReadonlyMap<string, Place> {
    return this.#references;
  }

  /** A row names a service request, or none by an empty cell. */
  refer(reference: string, place: Place): void {
    if (reference === '' || this.#references.has(reference)) return;
    if (this.#references.size < MOST_REFERENCES) this.#references.set(reference, place);
    else {
      const message = `a file names at most ${MOST_REFERENCES.toLocaleString('en')} different service requests`;
      this.add({ ...place, code: 'files.references', message });
    }
  }

  add(fault: { line: number; column?: Column | undefined; code: FileErrorCode; message: string }): void {
    this.#count += 1;
    if (this.#faults.length >= MOST_LISTED_FAULTS) return;
    const { line, column, code, message } = fault;
    this.#faults.push({
      line,
      ...(column === undefined ? {} : { column }),
      code,
      message,
      action: fileErrors[code].action,
    });
  }

  tell(kind: Notice['kind'], message: string): void {
    this.#notices.push({ kind, message });
  }
}

/** Text from outside as a message may hold it: nothing in it can move a terminal's cursor. */
export function escapeHidden(text: string): string {
  return text.replace(/[\p{C}\u2028\u2029]/gu, (one) => `\\u{${(one.codePointAt(0) ?? 0).toString(16)}}`);
}

/** A value as a message quotes it. */
export function shown(value: string): string {
  return `'${escapeHidden(value.length > LONGEST_SHOWN ? `${value.slice(0, LONGEST_SHOWN)}…` : value)}'`;
}
