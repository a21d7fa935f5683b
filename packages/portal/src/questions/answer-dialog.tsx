import { Text, Textarea } from '@mantine/core';
import { LONGEST_QUESTION_TEXT, type QuestionDocument, questionSchema } from '@penstock/api/schemas';
import { useState } from 'react';
import { useChange } from '../shared/changing.tsx';
import { missing } from '../shared/faults.ts';
import { useChecked } from '../shared/form.tsx';
import { FormDialog } from '../shared/form-dialog.tsx';
import { NamingCheckbox } from './naming-checkbox.tsx';

/** The one answer that a question gets. */
export function AnswerDialog({ item, onClose }: { item: QuestionDocument; onClose: () => void }) {
  const [answer, setAnswer] = useState('');
  const [agrees, setAgrees] = useState(item.agreesToBeNamed);
  const answering = useChange(questionSchema, ['questions', 'overview']);
  const checked = useChecked({ answer: missing(answer, 'Write the answer.') }, () => void send());
  async function send() {
    const body = { answer, agreesToBeNamed: agrees };
    const done = await answering.change(`/questions/${item.question}/answer`, { method: 'POST', body });
    if (done !== undefined) onClose();
  }
  return (
    <FormDialog
      title="Answer the question"
      submit="Send the answer"
      checked={checked}
      changing={answering}
      onClose={onClose}
    >
      <Text className="penstock-written">{item.words}</Text>
      <Textarea
        {...checked.field('answer')}
        label="Answer"
        description="A question is answered once. Whoever asked reads it as you write it: leave out what names you, unless you want to be known."
        autosize
        minRows={4}
        maxRows={12}
        maxLength={LONGEST_QUESTION_TEXT}
        value={answer}
        onChange={(event) => setAnswer(event.currentTarget.value)}
      />
      {item.agreesToBeNamed ? null : <NamingCheckbox agrees={agrees} onChange={setAgrees} />}
    </FormDialog>
  );
}
