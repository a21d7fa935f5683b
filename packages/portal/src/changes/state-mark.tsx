import type { ChangeState } from '@penstock/api/schemas';
import { stateWords } from './words.ts';

/** Where a change is: a mark and a word. */
export function StateMark({ state }: { state: ChangeState }) {
  return <span className={`penstock-outcome penstock-change-${state}`}>{stateWords[state]}</span>;
}
