import { Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { type ChangeContent, type ChangeView, changePreviewSchema } from '@penstock/api/schemas';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { ask } from '../api/call.ts';
import { useSession } from '../session/me.ts';
import { Disclosed } from '../shared/disclosed.tsx';
import { wordsOf } from '../shared/failure.tsx';
import { Facts, Loading, Panel } from '../shared/states.tsx';
import { ClashList } from './clashes-tab.tsx';
import { sayContent } from './content-words.ts';
import { WarningList } from './limits-tab.tsx';
import { Times } from './times.tsx';
import { counted, ownerOf, sizeWords } from './words.ts';

/** Whoever types rests for so long; each look is written down for those whose changes it takes. */
const REST_MILLISECONDS = 900;

/** What would come of a save, from the platform: by the rules that hold then, and by the function that decides who sees what. */
export function Preview({ content, change }: { content: ChangeContent; change: string | undefined }) {
  const { me, acting } = useSession();
  const isOperator = me.acting.kind === 'operator';
  const [rested] = useDebouncedValue(JSON.stringify({ content, change }), REST_MILLISECONDS);
  const preview = useQuery({
    queryKey: ['change-preview', acting, rested],
    queryFn: ({ signal }) =>
      ask(changePreviewSchema, '/changes/preview', {
        caller: { acting },
        sent: { method: 'POST', body: JSON.parse(rested) },
        signal,
      }),
    placeholderData: keepPreviousData,
    retry: false,
  });
  if (preview.isPending) return <Loading what="what would come of it" />;
  const failed = preview.isError ? wordsOf(preview.error) : undefined;
  const { data } = preview;
  return (
    <Stack gap="md" aria-busy={preview.isFetching}>
      {failed === undefined ? null : (
        <Panel title="Not yet">
          <Text>
            {failed.title} {failed.detail === undefined ? '' : `${failed.detail}.`} {failed.action}
          </Text>
        </Panel>
      )}
      {data === undefined ? null : (
        <>
          <Panel title="Windows">
            {data.occurrences.length === 0 ? (
              <Text c="dimmed">No window yet.</Text>
            ) : (
              <Times occurrences={data.occurrences} />
            )}
          </Panel>
          <Panel title="What speaks against it">
            {data.clashes.length + data.warnings.length === 0 ? (
              <Text>Nothing that you see.</Text>
            ) : (
              <>
                <Text mb="xs">
                  {counted(data.clashes.length, 'clash', 'clashes')}, {counted(data.warnings.length, 'warning')}. None
                  of it stops you.
                </Text>
                <ClashList clashes={data.clashes} />
                <WarningList warnings={data.warnings} />
              </>
            )}
            {isOperator ? null : (
              <Text size="sm" c="dimmed" mt="xs">
                Changes that are not shared with you are compared when you share yours, and both of you are told then.
              </Text>
            )}
          </Panel>
          <Panel title="What other Users would see">
            <SeenAs view={data.others} />
          </Panel>
          {isOperator ? null : (
            <Disclosed summary="What the Operator would see">
              <SeenAs view={data.operator} />
            </Disclosed>
          )}
        </>
      )}
    </Stack>
  );
}

/** A change exactly as somebody else gets it. */
function SeenAs({ view }: { view: ChangeView | undefined }) {
  if (view === undefined) return <Text>Nothing.</Text>;
  if (view.see === 'outline') {
    return (
      <Facts
        facts={[
          ['Whose', ownerOf(view)],
          ['Services', view.services.length === 0 ? 'None named' : view.services.join(', ')],
          ['Size', sizeWords[view.size]],
          ['Windows', view.occurrences.length === 0 ? 'None' : <Times key="times" occurrences={view.occurrences} />],
        ]}
      />
    );
  }
  return (
    <Facts
      facts={[
        ['Whose', ownerOf(view)],
        ...sayContent(view.content).map(
          ({ name, text }) =>
            [
              name,
              <span key={name} className="penstock-written">
                {text}
              </span>,
            ] as const,
        ),
      ]}
    />
  );
}
