import { Stack, Text } from '@mantine/core';
import type { WholeChange } from '@penstock/api/schemas';
import { useSession } from '../session/me.ts';
import { Facts, Panel } from '../shared/states.tsx';
import { When } from '../shared/when.tsx';
import { sayContent, windowWords } from './content-words.ts';
import { MadeOf } from './made-of.tsx';
import { Times } from './times.tsx';
import { sharingMeaning } from './words.ts';

const Written = ({ text }: { text: string }) => <span className="penstock-written">{text}</span>;

/** All that a change says. */
export function OverviewTab({ change }: { change: WholeChange }) {
  const { content, occurrences, toldAt } = change;
  const { me } = useSession();
  const said = sayContent(content);
  const of = (...fields: readonly string[]) =>
    said
      .filter(({ field, name }) => fields.includes(field) && name !== 'Made of')
      .map(({ name, text }) => [name, <Written key={name} text={text} />] as const);
  const affected = of('affected', 'traffic');
  return (
    <div className="penstock-change">
      <Stack gap="md">
        <Panel title="What is done">
          <Facts facts={of('description', 'statement', 'size')} />
          {content.statement.kind === 'release' && content.statement.changes.length > 0 ? (
            <MadeOf changes={content.statement.changes} />
          ) : null}
        </Panel>
        <Panel title="What it affects">
          {affected.length === 0 ? <Text c="dimmed">Nothing is named yet.</Text> : <Facts facts={affected} />}
        </Panel>
        <Panel title="Risk, and the way back">
          {of('risk', 'backOut', 'contacts').length === 0 ? (
            <Text c="dimmed">Nothing is said yet.</Text>
          ) : (
            <Facts facts={of('risk', 'backOut', 'contacts')} />
          )}
        </Panel>
      </Stack>
      <Stack gap="md">
        <Panel title="Windows">
          {occurrences.length === 0 ? (
            <Text c="dimmed">No window yet.</Text>
          ) : (
            <>
              {content.windows.some(({ repeat }) => repeat !== undefined) ? (
                <ul className="penstock-why">
                  {content.windows.map((window) => (
                    <li key={window.from}>{windowWords(window)}</li>
                  ))}
                </ul>
              ) : null}
              <Times occurrences={occurrences} />
            </>
          )}
        </Panel>
        <Panel title="Who sees it">
          <Text>{sharingMeaning(content.sharing, me.acting.kind === 'operator' && change.isYours)}</Text>
          <Text size="sm" c="dimmed" mt={6}>
            {change.state === 'draft' || change.state === 'template' ? (
              'It is a draft: nobody but your own people sees it yet.'
            ) : toldAt === undefined ? (
              'Others were not told of it yet.'
            ) : (
              <>
                Told since <When at={toldAt} inline />
              </>
            )}
          </Text>
        </Panel>
      </Stack>
    </div>
  );
}
