/** Spans of a difference in words, as they are seen at an instant. */
import { LATEST } from './span.ts';

const short = (instant: string): string => instant.replace('.000Z', 'Z');

/** ' from 2026-12-24T18:00:00Z', or nothing where the span holds now and has no end; undefined: it is over. */
export function writeFrom(
  { from, to }: { readonly from: string; readonly to: string },
  now: string,
): string | undefined {
  if (to <= now) return undefined;
  const begin = from <= now ? '' : ` from ${short(from)}`;
  return to === LATEST ? begin : `${begin} until ${short(to)}`;
}
