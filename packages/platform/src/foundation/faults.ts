import {
  type ImportErrorCode,
  type ImportFault,
  type ImportKind,
  importErrors,
  MOST_LISTED_FAULTS,
} from '@penstock/api';
import { PenstockError } from './errors.ts';

export interface FoundFault {
  readonly line: number;
  readonly column?: string | undefined;
  readonly code: ImportErrorCode;
  readonly message: string;
}

/** All that is wrong with one import: the first thousand in full, the others counted. */
export class Faults {
  readonly #listed: ImportFault[] = [];
  #total = 0;

  get total(): number {
    return this.#total;
  }

  add({ line, column, code, message }: FoundFault): void {
    this.#total += 1;
    if (this.#listed.length >= MOST_LISTED_FAULTS) return;
    const where = column === undefined ? {} : { column };
    this.#listed.push({ line, ...where, code, message, action: importErrors[code] });
  }

  /** In the order of the lines. */
  list(): ImportFault[] {
    return this.#listed.toSorted((one, other) => one.line - other.line);
  }
}

/** An import that was not applied, with every fault; nothing of it was. */
export class ImportRefused extends PenstockError {
  readonly faults: readonly ImportFault[];
  readonly faultCount: number;
  constructor(kind: ImportKind | 'changes', faults: Faults) {
    super('import.refused', { detail: `${faults.total} faults; nothing was applied`, where: kind });
    this.faults = faults.list();
    this.faultCount = faults.total;
  }
}
