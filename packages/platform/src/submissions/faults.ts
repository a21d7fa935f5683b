import type { FileFault } from '@penstock/api';
import type { Findings } from '@penstock/files';

/** What a reader found, as the API tells it. */
export function faultsOf({ faults }: Findings): FileFault[] {
  return faults.map(({ line, column, code, message, action }) => ({
    line,
    ...(column === undefined ? {} : { column: column.name }),
    code,
    message,
    action,
  }));
}
