import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';
import { CallFailed } from '../api/call.ts';

/** What went wrong and what to do, in the words of the one who knows. */
export interface FailureWords {
  readonly title: string;
  readonly detail?: string | undefined;
  readonly action: string;
  /** What the Operator finds in the log. */
  readonly requestId?: string | undefined;
}

export function wordsOf(error: unknown): FailureWords {
  if (error instanceof CallFailed) {
    const { title, detail, action, requestId } = error.problem;
    return { title, detail, action, requestId };
  }
  return {
    title: 'This page met something that it does not know.',
    action: 'Reload the page. If it happens again, tell the Operator what you did.',
  };
}

/** A summary at the head of what failed. It takes the focus, so that it is read out and seen. */
export function FailureSummary(props: {
  words: FailureWords;
  onRetry?: (() => void) | undefined;
  /** The ways to what is wrong. */
  children?: ReactNode;
}) {
  const { words, onRetry, children } = props;
  const summary = useRef<HTMLDivElement>(null);
  useEffect(() => summary.current?.focus(), []);
  return (
    <Alert ref={summary} role="alert" tabIndex={-1} color="red" variant="outline" className="penstock-failure">
      <Stack gap={6}>
        <Text fw={650} size="md">
          {words.title}
        </Text>
        {words.detail === undefined ? null : <Text>{words.detail}</Text>}
        <Text>{words.action}</Text>
        {children}
        {words.requestId === undefined ? null : (
          <Text size="xs" c="dimmed">
            Reference for the Operator: <code>{words.requestId}</code>
          </Text>
        )}
        {onRetry === undefined ? null : (
          <Group mt={6}>
            <Button variant="default" onClick={onRetry}>
              Try again
            </Button>
          </Group>
        )}
      </Stack>
    </Alert>
  );
}

/** What a change failed by, told anew at each try; nothing while it did not. */
export function ChangeFailure({ change }: { change: { readonly error: Error | null; readonly submittedAt: number } }) {
  return change.error === null ? null : <FailureSummary key={change.submittedAt} words={wordsOf(change.error)} />;
}
