import { Radio, Stack, Text } from '@mantine/core';
import { type ExportDocument, type ExportFormat, exportFormats, exportSchema } from '@penstock/api/schemas';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, type Caller, type Query } from '../api/call.ts';
import { ChangeFailure } from '../shared/failure.tsx';
import { useChecked } from '../shared/form.tsx';
import { FormDialog } from '../shared/form-dialog.tsx';

export interface ExportAsked {
  readonly caller: Caller;
  readonly of: ExportDocument['of'];
  /** Where they are asked for. */
  readonly path: string;
  /** The conditions of the view. */
  readonly query: Query;
  /** Whose record, where the Operator looks. */
  readonly user: string | undefined;
}

const formatWords: Readonly<Record<ExportFormat, string>> = {
  csv: 'CSV, with a header line',
  jsonl: 'JSON lines, one document a line',
};

/** Asks for a file of all that meets the conditions of the view, and leads to where it is made. */
export default function StartExportDialog({
  caller,
  of,
  path,
  query,
  user,
  onClose,
}: ExportAsked & { onClose: () => void }) {
  const [format, setFormat] = useState<ExportFormat>('csv');
  const navigate = useNavigate();
  const starting = useMutation({
    mutationFn: () => ask(exportSchema, path, { caller, sent: { method: 'POST', body: { ...query, format } } }),
    onSuccess: () =>
      navigate({ to: '/audit-trail', search: ({ for: acting }) => ({ for: acting, user, tab: 'exports' }) }),
  });
  const checked = useChecked({}, () => starting.mutate());
  return (
    <FormDialog
      title="Export all that this view shows"
      submit="Make the file"
      checked={checked}
      changing={{ isPending: starting.isPending, summary: <ChangeFailure change={starting} /> }}
      onClose={onClose}
    >
      <Text size="sm">
        The file has every {of === 'titles' ? 'title' : 'message'} up to now that meets the conditions of this view,
        however many there are. It is made in the background: find it under Audit trail, Exports. A notice tells you
        when it is ready.
        {of === 'titles' ? ' It is yours only while you may see these titles; that you asked is recorded.' : null}
      </Text>
      <Radio.Group label="Format" value={format} onChange={(value) => setFormat(value as ExportFormat)}>
        <Stack gap="xs" mt="xs">
          {exportFormats.map((one) => (
            <Radio key={one} value={one} label={formatWords[one]} />
          ))}
        </Stack>
      </Radio.Group>
    </FormDialog>
  );
}
