import { Group, Stack, Text, Title } from '@mantine/core';
import { type QuestionDocument, questionPageSchema } from '@penstock/api/schemas';
import { useSearch } from '@tanstack/react-router';
import { useSession } from '../session/me.ts';
import { CardList } from '../shared/card-list.tsx';
import { ExportButton } from '../shared/export-button.tsx';
import { ListFailure } from '../shared/more-rows.tsx';
import { PageTitle } from '../shared/page-title.tsx';
import { usePaged } from '../shared/paged.tsx';
import { Empty, Loading, NoRight } from '../shared/states.tsx';
import { Views } from '../shared/views.tsx';
import { Question } from './question.tsx';
import { type Side, sides } from './words.ts';

const views = [
  ['received', 'Asked of you'],
  ['asked', 'Asked by you'],
] as const satisfies readonly (readonly [Side, string])[];

/** Of a question of one line that was answered in one. */
const QUESTION_PIXELS = 260;

/** Questions about titles, relayed between who asks and who sent the message. */
export function QuestionsPage() {
  const { me } = useSession();
  const { tab } = useSearch({ from: '/questions' });
  if (!me.permissions.includes('questions.see')) return <NoRight page="Questions" what="questions" />;
  const side = sides.find((one) => one === tab) ?? 'received';
  return (
    <Stack gap="md" maw={900}>
      <PageTitle title="Questions" />
      <div>
        <Title order={1}>Questions</Title>
        <Text c="dimmed">
          Whoever sees a title of a device can ask the sender of the message about it. Neither side is told who the
          other is, unless both agree to be named.
        </Text>
      </div>
      <Views label="Whose questions" views={views} shown={side} />
      <Questions key={side} side={side} />
    </Stack>
  );
}

function Questions({ side }: { side: Side }) {
  const { acting } = useSession();
  const list = usePaged<QuestionDocument, typeof questionPageSchema>('questions', questionPageSchema, '/questions', {
    side,
  });
  if (list.isPending) return <Loading what="the questions" />;
  if (list.data === undefined) return <ListFailure list={list} />;
  const items = list.data.pages.flatMap((page) => page.items);
  if (items.length === 0) {
    return side === 'received' ? (
      <Empty title="Nobody has asked you anything.">
        When somebody asks about a message that you sent, the question stands here and a notice tells you.
      </Empty>
    ) : (
      <Empty title="You have asked nothing.">Open a device and choose “Ask the sender” on one of its titles.</Empty>
    );
  }
  return (
    <>
      <Group justify="flex-end">
        <ExportButton caller={{ acting }} path="/questions.csv" query={{ side }} name={`questions-${side}`} />
      </Group>
      <ListFailure list={list} />
      <CardList
        label="Questions"
        list={{ ...list, data: list.data }}
        cards={items}
        keyOf={({ question }) => question}
        cardPixels={QUESTION_PIXELS}
      >
        {(item) => <Question item={item} />}
      </CardList>
    </>
  );
}
