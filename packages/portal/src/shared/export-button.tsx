import { Button, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { addressOf, type Caller, type Query, send } from '../api/call.ts';
import { wordsOf } from './failure.tsx';
import { saveFile } from './save-file.ts';

/**
 * What one sees as a file, all that meets the conditions. The API streams it; the browser keeps what came until it is
 * whole, since a file that broke off must not look like one that did not.
 */
export function ExportButton(props: {
  caller: Caller;
  /** Of the API. */
  path: string;
  query?: Query;
  /** Of the file, without the instant and the ending that it gets. */
  name: string;
  /** Where a page has more than one file to give. */
  words?: string;
  ending?: 'csv' | 'pdf';
}) {
  const { caller, path, query, name, words = 'Export as CSV', ending = 'csv' } = props;
  const saving = useMutation({
    mutationFn: async () => {
      const answer = await send(addressOf(path, query), caller);
      saveFile(await answer.blob(), `${name}-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}Z.${ending}`);
    },
  });
  const failure = saving.isError ? wordsOf(saving.error) : undefined;
  return (
    <>
      <Button variant="default" loading={saving.isPending} onClick={() => saving.mutate()}>
        {words}
      </Button>
      {failure === undefined ? null : (
        <Text role="alert" size="sm" c="var(--mantine-color-error)" w="100%" maw={460}>
          The file was not made. {failure.title} {failure.action}
        </Text>
      )}
    </>
  );
}
