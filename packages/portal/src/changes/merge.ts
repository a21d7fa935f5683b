// Two people edited at once: what each changed of what both began with. Pure.
import type { ChangeContent } from '@penstock/api/schemas';

const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/** What was changed by one side only is as that side has it; of what both changed, mine. */
export function mergeContents(
  base: ChangeContent,
  mine: ChangeContent,
  theirs: ChangeContent,
): { readonly merged: ChangeContent; readonly both: readonly (keyof ChangeContent)[] } {
  const fields = new Set([...Object.keys(base), ...Object.keys(mine), ...Object.keys(theirs)]) as Set<
    keyof ChangeContent
  >;
  const both: (keyof ChangeContent)[] = [];
  const merged: Record<string, unknown> = {};
  for (const field of fields) {
    const isMine = !isSame(base[field], mine[field]);
    const isTheirs = !isSame(base[field], theirs[field]);
    if (isMine && isTheirs && !isSame(mine[field], theirs[field])) both.push(field);
    const value = isMine ? mine[field] : theirs[field];
    if (value !== undefined) merged[field] = value;
  }
  return { merged: merged as ChangeContent, both };
}
