import { Button, Checkbox, Group, Paper, Stack, Text, Textarea } from '@mantine/core';
import {
  type CommentDocument,
  type Consultation,
  changedSchema,
  commentPageSchema,
  LONGEST_COMMENT,
  type WholeChange,
} from '@penstock/api/schemas';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { z } from 'zod';
import { useSession } from '../session/me.ts';
import { useChange } from '../shared/changing.tsx';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { missing } from '../shared/faults.ts';
import { useChecked } from '../shared/form.tsx';
import { FormDialog } from '../shared/form-dialog.tsx';
import { usePaged } from '../shared/paged.tsx';
import { Empty, Facts, Loading, Panel } from '../shared/states.tsx';
import { When } from '../shared/when.tsx';
import { consultationQuery } from './talk-queries.ts';
import { byWhom, consultationMarks, consultationWords, dayInWords, seenBy } from './talk-words.ts';
import { JoinTesting } from './testing-panel.tsx';

/** What those who are consulted say to a change of the Operator's internal systems. */
export function ConsultationTab({ change }: { change: WholeChange }) {
  const { acting } = useSession();
  const asked = useQuery(consultationQuery({ acting }, change.change));
  if (asked.isPending) return <Loading what="the consultation" />;
  if (asked.data === undefined) {
    return <FailureSummary words={wordsOf(asked.error)} onRetry={() => void asked.refetch()} />;
  }
  return (
    <Stack gap="md">
      <Terms change={change} consultation={asked.data} />
      <JoinTesting change={change} testing={asked.data.testing} />
      {asked.data.state === 'none' ? null : <Comments change={change} />}
    </Stack>
  );
}

function Terms({ change, consultation }: { change: WholeChange; consultation: Consultation }) {
  const { me } = useSession();
  const [isWriting, setIsWriting] = useState(false);
  const { state, words, opensOn, closesOn, asks } = consultation;
  const mayComment = state === 'open' && !change.isYours && me.acting.kind === 'user';
  return (
    <Panel title="Consultation">
      <Stack gap="sm">
        <span className={`penstock-outcome ${consultationMarks[state]}`}>{consultationWords[state]}</span>
        <Text>{words}</Text>
        {opensOn === undefined || closesOn === undefined ? null : (
          <Facts
            facts={[
              ['First day', dayInWords(opensOn)],
              ['Last day', dayInWords(closesOn)],
            ]}
          />
        )}
        {asks === undefined ? null : <Text className="penstock-written">{asks}</Text>}
        {change.isYours && state !== 'none' && change.content.sharing !== 'everybody' ? (
          <Text>Nobody is asked yet: Users are consulted when this change is shared with everybody.</Text>
        ) : null}
        {mayComment && me.permissions.includes('changes.change') ? (
          <div>
            <Button onClick={() => setIsWriting(true)}>Comment</Button>
          </div>
        ) : null}
      </Stack>
      {isWriting ? <CommentDialog change={change.change} onClose={() => setIsWriting(false)} /> : null}
    </Panel>
  );
}

function CommentDialog({ change, onClose }: { change: string; onClose: () => void }) {
  const [words, setWords] = useState('');
  const [isShown, setIsShown] = useState(false);
  const commenting = useChange(z.object({ comment: z.uuid() }), ['change-comments']);
  const checked = useChecked({ words: missing(words, 'Write the comment.') }, () => void send());
  async function send() {
    const body = { words, sharing: isShown ? 'everybody' : 'operator' };
    if ((await commenting.change(`/changes/${change}/comments`, { method: 'POST', body })) !== undefined) onClose();
  }
  return (
    <FormDialog
      title="Comment on this change"
      submit="Send the comment"
      {...{ checked, onClose }}
      changing={commenting}
    >
      <Textarea
        {...checked.field('words')}
        label="Comment"
        description="It goes to the Operator with the name of your Party, and stays as you write it."
        autosize
        minRows={4}
        maxRows={12}
        maxLength={LONGEST_COMMENT}
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      <Checkbox
        label="Show it to everybody who sees this change"
        description="With the name of your Party. Otherwise nobody but the Operator learns that there is one."
        checked={isShown}
        onChange={(event) => setIsShown(event.currentTarget.checked)}
      />
    </FormDialog>
  );
}

function Comments({ change }: { change: WholeChange }) {
  const list = usePaged<CommentDocument, typeof commentPageSchema>(
    'change-comments',
    commentPageSchema,
    `/changes/${change.change}/comments`,
  );
  if (list.isPending) return <Loading what="the comments" />;
  if (list.data === undefined) {
    return <FailureSummary words={wordsOf(list.error)} onRetry={() => void list.refetch()} />;
  }
  const comments = list.data.pages.flatMap((page) => page.items);
  if (comments.length === 0) {
    return (
      <Empty title={change.isYours ? 'Nobody has commented.' : 'There is no comment that you may see.'}>
        {change.isYours
          ? 'Comments stand here as they come, with whether others see them.'
          : 'Comments are for the Operator. You see your own, and those that others show to everybody.'}
      </Empty>
    );
  }
  return (
    <Panel title="Comments">
      <Stack component="ol" gap="sm" className="penstock-notices">
        {comments.map((comment) => (
          <li key={comment.comment}>
            <Comment change={change} comment={comment} />
          </li>
        ))}
      </Stack>
      {list.hasNextPage ? (
        <Button mt="sm" variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          Show later comments
        </Button>
      ) : null}
    </Panel>
  );
}

function Comment({ change, comment }: { change: WholeChange; comment: CommentDocument }) {
  const { me } = useSession();
  const [isAnswering, setIsAnswering] = useState(false);
  const { writer, isYours, at, by, version, words, answer } = comment;
  const mayAnswer = change.isYours && answer === undefined && me.permissions.includes('changes.change');
  return (
    <Paper withBorder p="sm" className="penstock-panel">
      <Group justify="space-between" gap="sm">
        <Text fw={650}>
          {isYours ? `${writer.party} (you)` : writer.party}
          {byWhom(by)}
        </Text>
        <When at={at} inline />
      </Group>
      <Text size="sm" c="dimmed">
        {seenBy(comment)}. On version {version}.
      </Text>
      <Text className="penstock-written" my={6}>
        {words}
      </Text>
      {answer === undefined ? null : (
        <Paper className="penstock-said" pl="sm" mt="xs">
          <Group justify="space-between" gap="sm">
            <Text fw={650}>The Operator answered</Text>
            <When at={answer.at} inline />
          </Group>
          <Text className="penstock-written">{answer.words}</Text>
        </Paper>
      )}
      {mayAnswer ? (
        <Button size="xs" variant="default" onClick={() => setIsAnswering(true)}>
          Answer {writer.party}
        </Button>
      ) : null}
      {isAnswering ? (
        <AnswerDialog change={change.change} comment={comment} onClose={() => setIsAnswering(false)} />
      ) : null}
    </Paper>
  );
}

function AnswerDialog(props: { change: string; comment: CommentDocument; onClose: () => void }) {
  const { change, comment, onClose } = props;
  const [words, setWords] = useState('');
  const answering = useChange(changedSchema, ['change-comments']);
  const checked = useChecked({ words: missing(words, 'Write the answer.') }, () => void send());
  async function send() {
    const path = `/changes/${change}/comments/${comment.comment}/answer`;
    if ((await answering.change(path, { method: 'POST', body: { words } })) !== undefined) onClose();
  }
  const who =
    comment.sharing === 'everybody' ? 'Everybody who sees this change reads it' : `${comment.writer.party} reads it`;
  return (
    <FormDialog title="Answer the comment" submit="Send the answer" {...{ checked, onClose }} changing={answering}>
      <Text className="penstock-written">{comment.words}</Text>
      <Textarea
        {...checked.field('words')}
        label="Answer"
        description={`A comment is answered once. ${who}.`}
        autosize
        minRows={4}
        maxRows={12}
        maxLength={LONGEST_COMMENT}
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
