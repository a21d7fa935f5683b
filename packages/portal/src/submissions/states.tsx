import type { SubmissionDocument } from '@penstock/api/schemas';

type State = SubmissionDocument['state'];

export const stateWords: Readonly<Record<State, string>> = {
  received: 'Received',
  verified: 'Signature is good',
  checked: 'Lines are right',
  awaiting_second_officer: 'Waits for a second officer',
  needs_operator: 'Waits for the Operator',
  applied: 'Applied',
  refused: 'Refused',
  withdrawn: 'Withdrawn',
};

export const stateSentences: Readonly<Record<State, string>> = {
  received: 'It is stored, and its signature is judged next. It goes on by itself.',
  verified: 'An officer signed it. Its lines are checked next.',
  checked: 'Every line is right. It is applied next.',
  awaiting_second_officer: 'It could let through what would have been held, so a second officer signs it too.',
  needs_operator:
    'It could not be worked on, for a reason that is not the file’s. The Operator was told and tries it again: send nothing again.',
  applied: 'It is in force, whole.',
  refused: 'Nothing of it was applied.',
  withdrawn: 'It was taken back before it was applied. To deliver it after all, have it signed anew.',
};

export const kindWords: Readonly<Record<NonNullable<SubmissionDocument['kind']>, string>> = {
  adt: 'ADT File',
  actions: 'Action file',
  limits: 'Attribute Limits File',
};

/** Where a file is, as a word with a mark of its own. */
export function SubmissionState({ state }: { state: State }) {
  return <span className={`penstock-outcome penstock-file-${state}`}>{stateWords[state]}</span>;
}
