import { Button, Group, Text } from '@mantine/core';
import type { SubmissionLife } from '@penstock/api/schemas';
import { useMutation } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { addressOf, send } from '../api/call.ts';
import { reasonFor } from '../messages/reason.ts';
import { ReasonForm } from '../messages/reason-form.tsx';
import { useSession } from '../session/me.ts';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { saveFile } from '../shared/save-file.ts';
import { When } from '../shared/when.tsx';

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
  const { user } = useSearch({ from: '/submissions/$sha256' });
  const userId = me.acting.kind === 'operator' ? user : undefined;
  const saving = useMutation({
    mutationFn: async ({ path, name }: Saved) => {
      const reason = userId === undefined ? undefined : reasonFor(userId);
      const answer = await send(addressOf(path, { userId }), { acting, reason });
      saveFile(await answer.blob(), name);
    },
  });
  return {
    save: (saved) => saving.mutate(saved),
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
  ];
  const button = ([words, saved]: [string, Saved]) => (
    <Button
      key={saved.path}
      variant="default"
      size="sm"
      loading={download.isPending}
      onClick={() => download.save(saved)}
    >
      {words}
    </Button>
  );
  return (
    <>
      {download.summary}
      <Group gap="sm">{shown.map(button)}</Group>
      {file.isKept ? (
        <BytesGate file={file}>{button(['Save the file as it was delivered', originalOf(file)])}</BytesGate>
      ) : null}
      <Kept file={file} />
    </>
  );
}

/** How long the bytes are kept: those of a file that an officer signed always are. */
function Kept({ file: { isKept, keptUntil } }: { file: SubmissionLife }) {
  if (isKept && keptUntil === undefined) return null;
  return (
    <Text size="sm" c="dimmed" w="100%">
      {keptUntil === undefined ? (
        'No officer signed this file, so its bytes are not kept any more; its SHA-256 is.'
      ) : (
        <>
          No officer signed this file, so its bytes are kept until <When at={keptUntil} inline />; its SHA-256 stays.
        </>
      )}
    </Text>
  );
}

/** The bytes of a User's file are of its own record: the Operator's people say first why they read them. */
function BytesGate({ file, children }: { file: SubmissionLife; children: ReactNode }) {
  const { me } = useSession();
  const [, setGiven] = useState(0);
  if (me.acting.userIds.includes(file.userId)) return children;
  if (!me.permissions.includes('record.see')) {
    return <Text size="sm">Your role does not see the lines of a User’s file; what they change is told above.</Text>;
  }
  if (reasonFor(file.userId) !== undefined) return children;
  return (
    <ReasonForm
      userId={file.userId}
      what="The lines of a User’s file are its own."
      button="Show the file"
      onGiven={() => setGiven((count) => count + 1)}
    />
  );
}
