import type { MessageDocument } from '@penstock/api/schemas';

export const verdictWords: Readonly<Record<MessageDocument['verdict'], string>> = {
  passed: 'Passed',
  warned: 'Passed, with a warning',
  held: 'Held',
  deleted: 'Deleted',
  refused: 'Refused',
};

/** The verdict as a word with a mark of its own: colour is never all that tells. */
export function Outcome({ verdict }: { verdict: MessageDocument['verdict'] }) {
  return <span className={`penstock-outcome penstock-outcome-${verdict}`}>{verdictWords[verdict]}</span>;
}
