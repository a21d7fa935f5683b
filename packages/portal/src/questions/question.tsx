import { Anchor, Blockquote, Group, Paper, Text } from '@mantine/core';
import type { QuestionDocument } from '@penstock/api/schemas';
import { Link } from '@tanstack/react-router';
import { roleWords } from '../audit-trail/words.ts';
import { DeviceLink } from '../devices/device-link.tsx';
import { useSession } from '../session/me.ts';
import { When } from '../shared/when.tsx';
import { QuestionDeeds } from './question-deeds.tsx';
import { namingWords, stateMarks, stateOf } from './words.ts';

/** One question with its answer, as its reader's side sees it. */
export function Question({ item }: { item: QuestionDocument }) {
  const { words, answer, answeredAt, state } = item;
  const naming = namingWords(item);
  return (
    <Paper withBorder p="sm" className="penstock-panel">
      <Group justify="space-between" gap="sm">
        <span className={`penstock-outcome penstock-outcome-${stateMarks[state]}`}>{stateOf(item)}</span>
        <When at={item.side === 'asked' ? item.askedAt : item.receivedAt} inline />
      </Group>
      <About item={item} />
      <Said by={item.side === 'asked' ? 'You asked' : roleWords[item.askerRole]} words={words} />
      {answer === undefined ? null : (
        <Said by={item.side === 'asked' ? 'The answer' : 'You answered'} words={answer} at={answeredAt} />
      )}
      {naming === undefined ? null : (
        <Text size="sm" mb={6}>
          {naming}
        </Text>
      )}
      <QuestionDeeds item={item} />
    </Paper>
  );
}

/** What it is about: of whoever asked the device, of the other its own message. */
function About({ item }: { item: QuestionDocument }) {
  const { me } = useSession();
  if (item.side === 'asked') {
    return (
      <Text size="sm" mt={6}>
        About a title of <DeviceLink device={item.device} />
      </Text>
    );
  }
  const [day = '', sequence = ''] = item.position.split('/');
  return (
    <Text size="sm" mt={6}>
      About{' '}
      {me.acting.kind === 'operator' ? (
        `your message ${item.position}`
      ) : (
        <Anchor
          size="sm"
          underline="always"
          renderRoot={(props) => (
            <Link
              to="/messages/$day/$sequence"
              params={{ day, sequence }}
              search={({ for: acting }) => ({ for: acting })}
              {...props}
            />
          )}
        >
          your message {item.position}
        </Anchor>
      )}
    </Text>
  );
}

/** What people wrote, shown as text with its lines. */
function Said({ by, words, at }: { by: string; words: string; at?: string | undefined }) {
  return (
    <Blockquote p="xs" my="xs" className="penstock-said">
      <Text size="sm" fw={650}>
        {by}
        {at === undefined ? null : (
          <>
            , <When at={at} inline />
          </>
        )}
      </Text>
      <Text className="penstock-written">{words}</Text>
    </Blockquote>
  );
}
