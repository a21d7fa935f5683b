import { Button, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { addressOf, type Caller, send } from '../api/call.ts';
import { wordsOf } from '../shared/failure.tsx';
import { saveFile } from '../shared/save-file.ts';
import { type MessageSearch, queryOf } from './search.ts';

/**
 * What one sees as a CSV file. The API streams it; the browser keeps what came until it is whole, since a file that
 * broke off must not look like one that did not.
 */
export function ExportButton({ caller, search }: { caller: Caller; search: MessageSearch }) {
  const saving = useMutation({
    mutationFn: async () => {
      const answer = await send(addressOf('/messages.csv', queryOf(search)), caller);
      saveFile(await answer.blob(), `messages-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}Z.csv`);
    },
  });
  const words = saving.isError ? wordsOf(saving.error) : undefined;
  return (
    <>
      <Button variant="default" loading={saving.isPending} onClick={() => saving.mutate()}>
        Export as CSV
      </Button>
      {words === undefined ? null : (
        <Text role="alert" size="sm" c="var(--mantine-color-error)" w="100%">
          The file was not made. {words.title} {words.action}
        </Text>
      )}
    </>
  );
}
