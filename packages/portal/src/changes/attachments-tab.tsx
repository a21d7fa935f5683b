import { Button, FileInput, Group, Paper, Stack, Text } from '@mantine/core';
import { type AttachmentDocument, attachmentSchema, changedSchema, type WholeChange } from '@penstock/api/schemas';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { addressOf, send } from '../api/call.ts';
import { useSession } from '../session/me.ts';
import { ConfirmDialog, useChange } from '../shared/changing.tsx';
import { ChangeFailure, FailureSummary, wordsOf } from '../shared/failure.tsx';
import { Form, useChecked } from '../shared/form.tsx';
import { saveFile } from '../shared/save-file.ts';
import { Empty, Loading, Panel } from '../shared/states.tsx';
import { When } from '../shared/when.tsx';
import { attachmentsQuery } from './talk-queries.ts';
import { attachmentEndings, byWhom, fileFault, sizeInWords, typeWords } from './talk-words.ts';

const touched = ['change-attachments'];

/** The files of a change. */
export function AttachmentsTab({ change }: { change: WholeChange }) {
  const { me, acting } = useSession();
  const asked = useQuery(attachmentsQuery({ acting }, change.change));
  if (asked.isPending) return <Loading what="the attachments" />;
  if (asked.data === undefined) {
    return <FailureSummary words={wordsOf(asked.error)} onRetry={() => void asked.refetch()} />;
  }
  const { items } = asked.data;
  const there = items.filter(({ removedAt }) => removedAt === undefined);
  const removed = items.filter(({ removedAt }) => removedAt !== undefined);
  const isOver = ['template', 'done', 'backed_out', 'cancelled'].includes(change.state);
  const mayChange = change.isYours && !isOver && me.permissions.includes('changes.change');
  return (
    <Stack gap="md">
      {there.length === 0 ? (
        <Empty title="Nothing is attached.">
          {mayChange
            ? 'Up to ten files, of 10 MB each. They are seen by whoever sees all of this change, and by nobody else.'
            : 'Its owner may attach files to it.'}
        </Empty>
      ) : (
        <Stack component="ul" gap="sm" className="penstock-notices" aria-label="Attachments">
          {there.map((item) => (
            <li key={item.attachment}>
              <Attachment change={change.change} item={item} mayRemove={mayChange} />
            </li>
          ))}
        </Stack>
      )}
      {mayChange ? <Attach change={change.change} /> : null}
      {removed.length === 0 ? null : <Removed items={removed} />}
    </Stack>
  );
}

function Attachment(props: { change: string; item: AttachmentDocument; mayRemove: boolean }) {
  const { change, item, mayRemove } = props;
  const { acting } = useSession();
  const [isRemoving, setIsRemoving] = useState(false);
  const removing = useChange(changedSchema, touched);
  const path = `/changes/${change}/attachments/${item.attachment}`;
  const saving = useMutation({
    mutationFn: async () => saveFile(await (await send(addressOf(path), { acting })).blob(), item.name),
  });
  async function remove() {
    if ((await removing.change(path, { method: 'DELETE' })) !== undefined) setIsRemoving(false);
  }
  return (
    <Paper withBorder p="sm" className="penstock-panel">
      <Text fw={650} className="penstock-written">
        {item.name}
      </Text>
      <Text size="sm" c="dimmed">
        {typeWords[item.type]}, {sizeInWords(item.bytes)}. On version {item.version},{' '}
        <When at={item.attachedAt} inline />
        {byWhom(item.attachedBy)}
      </Text>
      <Group gap="xs" my="xs">
        <Button
          size="xs"
          variant="default"
          aria-label={`Save ${item.name}`}
          loading={saving.isPending}
          onClick={() => saving.mutate()}
        >
          Save
        </Button>
        {mayRemove ? (
          <Button size="xs" variant="default" aria-label={`Remove ${item.name}`} onClick={() => setIsRemoving(true)}>
            Remove
          </Button>
        ) : null}
      </Group>
      <ChangeFailure change={saving} />
      <Text size="xs" c="dimmed" className="penstock-written">
        SHA-256 <code>{item.sha256}</code>
      </Text>
      {isRemoving ? (
        <ConfirmDialog
          title="Remove this file?"
          confirm="Remove it"
          changing={removing}
          onConfirm={() => void remove()}
          onClose={() => setIsRemoving(false)}
        >
          {item.name} is deleted here and cannot be brought back. Whoever has saved it keeps it. That it was attached
          stays in the list.
        </ConfirmDialog>
      ) : null}
    </Paper>
  );
}

function Attach({ change }: { change: string }) {
  const [file, setFile] = useState<File | null>(null);
  const attaching = useChange(attachmentSchema, touched);
  const checked = useChecked({ file: fileFault(file) }, () => void attach());
  async function attach() {
    if (file === null) return;
    const path = `/changes/${change}/attachments?name=${encodeURIComponent(file.name)}`;
    const body = new Blob([file], { type: 'application/octet-stream' });
    if ((await attaching.change(path, { method: 'POST', body })) !== undefined) setFile(null);
  }
  return (
    <Panel title="Attach a file">
      <Form checked={checked} failure={attaching.summary} gap="sm" maw={560}>
        <FileInput
          {...checked.field('file')}
          label="File"
          description="PDF, PNG, JPEG, text or CSV in UTF-8, Word or Excel without macros; 10 MB at most. What it is, is looked at by its bytes."
          placeholder="Choose a file"
          accept={attachmentEndings.join(',')}
          clearable
          clearButtonProps={{ 'aria-label': 'Take the file away' }}
          value={file}
          onChange={setFile}
        />
        <div>
          <Button type="submit" loading={attaching.isPending}>
            Attach it
          </Button>
        </div>
      </Form>
    </Panel>
  );
}

function Removed({ items }: { items: readonly AttachmentDocument[] }) {
  return (
    <Panel title="Removed">
      <ul className="penstock-why">
        {items.map(({ attachment, name, removedAt = '', removedBy }) => (
          <li key={attachment}>
            {name}, <When at={removedAt} inline />
            {byWhom(removedBy)}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
