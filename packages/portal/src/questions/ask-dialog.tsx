import { Anchor, Text, Textarea } from '@mantine/core';
import { LONGEST_QUESTION_TEXT, questionSchema, type TitleDocument } from '@penstock/api/schemas';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { kindWords } from '../messages/search.ts';
import { useChange } from '../shared/changing.tsx';
import { missing } from '../shared/faults.ts';
import { useChecked } from '../shared/form.tsx';
import { FormDialog } from '../shared/form-dialog.tsx';
import { When } from '../shared/when.tsx';
import { NamingCheckbox } from './naming-checkbox.tsx';

/** Of a title that is asked about. */
export type AskedTitle = Pick<
  TitleDocument,
  'reference' | 'device' | 'kind' | 'serviceReferenceVariant' | 'name' | 'time'
>;

/** Asks whoever sent the message of a title. */
export function AskDialog(props: { title: AskedTitle; onSent: () => void; onClose: () => void }) {
  const { title, onSent, onClose } = props;
  const [words, setWords] = useState('');
  const [agrees, setAgrees] = useState(false);
  const asking = useChange(questionSchema, ['questions']);
  const checked = useChecked({ words: missing(words, 'Write the question.') }, () => void send());
  async function send() {
    const body = { reference: title.reference, words, agreesToBeNamed: agrees };
    const path = `/devices/${title.device}/questions`;
    if ((await asking.change(path, { method: 'POST', body })) !== undefined) onSent();
  }
  return (
    <FormDialog title="Ask the sender" submit="Send the question" checked={checked} changing={asking} onClose={onClose}>
      <Text>
        About: {kindWords[title.kind]} {title.serviceReferenceVariant} {title.name}, <When at={title.time} inline />
      </Text>
      <Textarea
        {...checked.field('words')}
        label="Question"
        description="It goes to whoever sent this message, with your User Role and no more. Leave out what names you, unless you want to be known."
        autosize
        minRows={4}
        maxRows={12}
        maxLength={LONGEST_QUESTION_TEXT}
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      <NamingCheckbox agrees={agrees} onChange={setAgrees} />
    </FormDialog>
  );
}

export function QuestionSent() {
  return (
    <Text role="status" size="sm">
      Your question is on its way to whoever sent the message. Its answer will stand under{' '}
      <Anchor
        underline="always"
        renderRoot={(props) => (
          <Link to="/questions" search={({ for: acting }) => ({ for: acting, tab: 'asked' })} {...props} />
        )}
      >
        Questions
      </Anchor>
      .
    </Text>
  );
}
