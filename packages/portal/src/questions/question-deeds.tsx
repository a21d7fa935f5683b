import { Button, Group, VisuallyHidden } from '@mantine/core';
import { type QuestionDocument, questionSchema } from '@penstock/api/schemas';
import { useState } from 'react';
import { useSession } from '../session/me.ts';
import { ConfirmDialog, useChange } from '../shared/changing.tsx';
import { AnswerDialog } from './answer-dialog.tsx';
import { beginningOf, mayName } from './words.ts';

/** What the reader's side may do with a question now. */
export function QuestionDeeds({ item }: { item: QuestionDocument }) {
  const { me } = useSession();
  const [open, setOpen] = useState<'answer' | 'close'>();
  const naming = useChange(questionSchema, ['questions']);
  const { question, side, state, words, agreesToBeNamed } = item;
  if (!me.permissions.includes('questions.change')) return null;
  const which = <VisuallyHidden>: {beginningOf(words)}</VisuallyHidden>;
  const close = () => setOpen(undefined);
  return (
    <>
      {naming.summary}
      <Group gap="xs">
        {side === 'received' && state === 'open' ? (
          <Button size="xs" onClick={() => setOpen('answer')}>
            Answer{which}
          </Button>
        ) : null}
        {state === 'open' ? (
          <Button size="xs" variant="default" onClick={() => setOpen('close')}>
            {side === 'received' ? 'Decline' : 'Withdraw'}
            {which}
          </Button>
        ) : null}
        {mayName(item) ? (
          <Button
            size="xs"
            variant="default"
            loading={naming.isPending}
            onClick={() =>
              void naming.change(`/questions/${question}/naming`, {
                method: 'POST',
                body: { agreesToBeNamed: !agreesToBeNamed },
              })
            }
          >
            {agreesToBeNamed ? 'Do not name me after all' : 'Agree to be named'}
            {which}
          </Button>
        ) : null}
      </Group>
      {open === 'answer' ? <AnswerDialog item={item} onClose={close} /> : null}
      {open === 'close' ? <CloseDialog item={item} onClose={close} /> : null}
    </>
  );
}

function CloseDialog({ item, onClose }: { item: QuestionDocument; onClose: () => void }) {
  const closing = useChange(questionSchema, ['questions', 'overview']);
  const isReceived = item.side === 'received';
  async function end() {
    const ended = await closing.change(`/questions/${item.question}/close`, { method: 'POST', body: {} });
    if (ended !== undefined) onClose();
  }
  return (
    <ConfirmDialog
      title={isReceived ? 'Decline this question?' : 'Withdraw this question?'}
      confirm={isReceived ? 'Decline it' : 'Withdraw it'}
      changing={closing}
      onConfirm={() => void end()}
      onClose={onClose}
    >
      {isReceived
        ? 'Whoever asked is told that it was declined, and no more. It cannot be answered afterwards.'
        : 'It cannot be answered afterwards. You may ask again.'}
    </ConfirmDialog>
  );
}
