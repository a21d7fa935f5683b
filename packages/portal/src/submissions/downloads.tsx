import { Button, Group } from '@mantine/core';
import type { SubmissionLife } from '@penstock/api/schemas';
import { useMutation } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { addressOf, send } from '../api/call.ts';
import { useSession } from '../session/me.ts';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { saveFile } from '../shared/save-file.ts';

/** What can be saved: where the API has it, and under which name. */
export interface Saved {
  readonly path: string;
  readonly name: string;
}

const stemOf = ({ sha256 }: SubmissionLife): string => sha256.slice(0, 16);

/** The bytes as they were delivered, under the name that they came with. */
export function originalOf(file: SubmissionLife): Saved {
  const name = file.deliveries.find((delivery) => delivery.name !== undefined)?.name;
  return { path: `/submissions/${file.sha256}/file`, name: name ?? `${stemOf(file)}.csv` };
}

/** Saves one thing at a time; the browser keeps what came until it is whole. */
export function useDownload(): { save: (saved: Saved) => void; isPending: boolean; summary: ReactNode } {
  const { me, acting } = useSession();
  const saving = useMutation({
    mutationFn: async ({ path, name, userId }: Saved & { userId: string | undefined }) => {
      const answer = await send(addressOf(path, { userId }), { acting });
      saveFile(await answer.blob(), name);
    },
  });
  const { user } = useSearch({ from: '/submissions/$sha256' });
  const userId = me.acting.kind === 'operator' ? user : undefined;
  return {
    save: (saved) => saving.mutate({ ...saved, userId }),
    isPending: saving.isPending,
    summary: saving.isError ? <FailureSummary key={saving.submittedAt} words={wordsOf(saving.error)} /> : null,
  };
}

/** The receipt with the Operator's signature, and the file itself. */
export function Documents({ file }: { file: SubmissionLife }) {
  const download = useDownload();
  const receipt = { path: `/submissions/${file.sha256}/receipt`, name: `receipt-${stemOf(file)}.json` };
  const signature = { path: `${receipt.path}/signature`, name: `${receipt.name}.p7s` };
  const shown: [string, Saved][] = [
    ['Save the receipt', receipt],
    ["Save the Operator's signature of it", signature],
    ...(file.isKept ? [['Save the file as it was delivered', originalOf(file)] as [string, Saved]] : []),
  ];
  return (
    <>
      {download.summary}
      <Group gap="sm">
        {shown.map(([words, saved]) => (
          <Button
            key={saved.path}
            variant="default"
            size="sm"
            loading={download.isPending}
            onClick={() => download.save(saved)}
          >
            {words}
          </Button>
        ))}
      </Group>
    </>
  );
}
