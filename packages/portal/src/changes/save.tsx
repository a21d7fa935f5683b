import { Button, Group, Stack, Text } from '@mantine/core';
import {
  type ChangeContent,
  changeViewSchema,
  type SavedChange,
  savedChangeSchema,
  type WholeChange,
} from '@penstock/api/schemas';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ask, CallFailed, type Sent } from '../api/call.ts';
import { useSession } from '../session/me.ts';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { differencesOf } from './content-words.ts';
import { DifferenceTable } from './difference-table.tsx';
import { mergeContents } from './merge.ts';
import { touchedBySave } from './queries.ts';

/** Somebody else saved in between. */
export class Conflict extends Error {
  readonly theirs: WholeChange;
  constructor(theirs: WholeChange) {
    super('somebody else saved it');
    this.theirs = theirs;
  }
}

interface Save {
  readonly path: string;
  readonly sent: Sent;
  /** The change that is edited. */
  readonly change?: string;
}

/** Sends a change; where somebody else was quicker, it fails with what that one saved. */
export function useSave(onSaved: (saved: SavedChange) => void) {
  const { acting } = useSession();
  const queryClient = useQueryClient();
  return useMutation<SavedChange, Error, Save>({
    mutationFn: async ({ path, sent, change }) => {
      try {
        return await ask(savedChangeSchema, path, { caller: { acting }, sent });
      } catch (error) {
        const isConflict = error instanceof CallFailed && error.problem.code === 'changes.version-conflict';
        if (!isConflict || change === undefined) throw error;
        const theirs = await ask(changeViewSchema, `/changes/${change}`, { caller: { acting } });
        throw theirs.see === 'whole' ? new Conflict(theirs) : error;
      }
    },
    onSuccess: async (saved) => {
      await Promise.all(touchedBySave.map((key) => queryClient.invalidateQueries({ queryKey: [key] })));
      onSaved(saved);
    },
  });
}

/** What failed when it was saved; of a conflict what differs, and three ways on. Nothing that was typed is lost by any. */
export function SaveFailure(props: {
  saving: { readonly error: Error | null; readonly submittedAt: number };
  /** What the form was opened with, and what it says now. */
  base: ChangeContent | undefined;
  mine: ChangeContent | undefined;
  /** `content`: what the form shows from now on. */
  onGoOn: (theirs: WholeChange, content: ChangeContent) => void;
}) {
  const { saving, base, mine, onGoOn } = props;
  const { error, submittedAt } = saving;
  if (error === null) return null;
  if (!(error instanceof Conflict) || base === undefined || mine === undefined) {
    return <FailureSummary key={submittedAt} words={wordsOf(error)} />;
  }
  const { theirs } = error;
  const { merged, both } = mergeContents(base, mine, theirs.content);
  return (
    <FailureSummary
      key={submittedAt}
      words={{
        title: 'Somebody else saved this change while you edited it.',
        detail: `${theirs.changedBy ?? 'A colleague'} saved version ${theirs.version}. What you typed is still here.`,
        action: 'Look at what differs, choose what the form is to show, and save again.',
      }}
    >
      <Stack gap="sm">
        <DifferenceTable
          label="What they changed"
          names={['When you opened it', 'As they saved it']}
          differences={differencesOf(base, theirs.content)}
        />
        <DifferenceTable
          label="What you have otherwise"
          names={['As they saved it', 'As you have it']}
          differences={differencesOf(theirs.content, mine)}
        />
        {both.length === 0 ? null : (
          <Text size="sm">Both of you changed: {both.join(', ')}. Bringing both together keeps yours of these.</Text>
        )}
        <Group gap="xs">
          <Button onClick={() => onGoOn(theirs, merged)}>Bring both together</Button>
          <Button variant="default" onClick={() => onGoOn(theirs, mine)}>
            Keep all of mine
          </Button>
          <Button variant="default" onClick={() => onGoOn(theirs, theirs.content)}>
            Take theirs
          </Button>
        </Group>
      </Stack>
    </FailureSummary>
  );
}
