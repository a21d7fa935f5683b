import { Button, Group, List, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { z } from 'zod';
import { ask, CallFailed, type Sent } from '../api/call.ts';
import { useSession } from '../session/me.ts';
import { Dialog } from './dialog.tsx';
import { FailureSummary, wordsOf } from './failure.tsx';

export interface Changing<Answer> {
  /** Sends it; resolves with what came back, or undefined when it failed and the summary says so. */
  readonly change: (path: string, sent: Sent) => Promise<Answer | undefined>;
  readonly isPending: boolean;
  /** What failed last; null when nothing did. */
  readonly summary: ReactNode;
  readonly reset: () => void;
}

/** A change by the REST API, as the one who acts; the lists named by `touches` are asked for again. */
export function useChange<Schema extends z.ZodType>(
  schema: Schema,
  touches: readonly string[],
  /** Where the Operator's people change what is a User's own. */
  reason?: string,
): Changing<z.output<Schema>> {
  const { acting } = useSession();
  const queryClient = useQueryClient();
  const changing = useMutation({
    mutationFn: ({ path, sent }: { path: string; sent: Sent }) =>
      ask(schema, path, { caller: { acting, reason }, sent }),
    onSuccess: () => Promise.all(touches.map((key) => queryClient.invalidateQueries({ queryKey: [key] }))),
  });
  return {
    change: (path, sent) => changing.mutateAsync({ path, sent }).catch(() => undefined),
    isPending: changing.isPending,
    summary: changing.isError ? (
      <FailureSummary key={changing.submittedAt} words={wordsOf(changing.error)}>
        <Faults error={changing.error} />
      </FailureSummary>
    ) : null,
    reset: changing.reset,
  };
}

/** Of what goes the way of an import: each fault with its field. */
function Faults({ error }: { error: unknown }) {
  const faults = error instanceof CallFailed ? (error.problem.faults ?? []) : [];
  if (faults.length === 0) return null;
  return (
    <List size="sm">
      {faults.map((fault) => (
        <List.Item key={`${fault.column} ${fault.code}`}>
          {fault.message} {fault.action}
        </List.Item>
      ))}
    </List>
  );
}

/** Asked before something that ends somebody's access or cannot be taken back. */
export function ConfirmDialog(props: {
  title: string;
  children: ReactNode;
  confirm: string;
  /** Nothing ends by it. */
  isPlain?: boolean;
  changing: Pick<Changing<unknown>, 'isPending' | 'summary'>;
  onConfirm: () => void;
  onClose: () => void;
}) {
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <Text component="div">{props.children}</Text>
      {props.changing.summary}
      <Group gap="sm">
        <Button
          {...(props.isPlain === true ? {} : { color: 'red.8' })}
          loading={props.changing.isPending}
          onClick={props.onConfirm}
        >
          {props.confirm}
        </Button>
        <Button variant="default" onClick={props.onClose}>
          Leave it as it is
        </Button>
      </Group>
    </Dialog>
  );
}
