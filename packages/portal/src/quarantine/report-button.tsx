import { Button, Group, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { addressOf, type Caller, send } from '../api/call.ts';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { saveFile } from '../shared/save-file.ts';

/** The report of what an event holds, and the Operator's signature over these bytes: both come with one answer. */
export function ReportButton({ event, userId, caller }: { event: string; userId: string | undefined; caller: Caller }) {
  const saving = useMutation({
    mutationFn: async () => {
      const answer = await send(addressOf(`/quarantine/events/${event}/report`, { userId }), caller);
      saveFile(await answer.blob(), `${event}.csv`);
      return answer.headers.get('penstock-signature') ?? undefined;
    },
  });
  // one file a click: browsers ask before a page saves two
  const signature = saving.data;
  return (
    <>
      {saving.isError ? <FailureSummary key={saving.submittedAt} words={wordsOf(saving.error)} /> : null}
      <Group gap="sm">
        <Button variant="default" size="sm" loading={saving.isPending} onClick={() => saving.mutate()}>
          Save the report
        </Button>
        {signature === undefined ? (
          <Text size="sm" c="dimmed">
            What nobody decided on, as a file; signed by the Operator.
          </Text>
        ) : (
          <Button
            variant="default"
            size="sm"
            onClick={() => saveFile(new Blob([bytesOf(signature)]), `${event}.csv.p7s`)}
          >
            Save the Operator’s signature of it
          </Button>
        )}
      </Group>
    </>
  );
}

/** A text in a Blob would be written as UTF-8, which the bytes of a signature are not. */
function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}
