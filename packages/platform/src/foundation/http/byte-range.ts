// Which bytes of a file a call asks for (RFC 9110, one range). Pure.

export interface ByteRange {
  readonly from: number;
  /** Inclusive. */
  readonly to: number;
}

/**
 * The range of a header `Range`; 'all' where there is none, it is of another unit, is not in the form, or names several:
 * the whole file is then a right answer, too. 'none': the file has no such bytes.
 */
export function readRange(header: string | undefined, size: number): ByteRange | 'all' | 'none' {
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? [];
  if (first === '' && last === '') return 'all';
  if (first === '')
    return Number(last) === 0 || size === 0 ? 'none' : { from: Math.max(0, size - Number(last)), to: size - 1 };
  const from = Number(first);
  if (last !== '' && Number(last) < from) return 'all';
  if (from >= size) return 'none';
  return { from, to: last === '' ? size - 1 : Math.min(Number(last), size - 1) };
}
