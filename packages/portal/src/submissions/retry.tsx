import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { type SubmissionLife, submissionLifeSchema } from '@penstock/api/schemas';
import { useChange } from '../shared/changing.tsx';

/** For the Operator: tries a file again that could not be worked on. */
export function Retry({ file }: { file: SubmissionLife }) {
  const retrying = useChange(submissionLifeSchema, ['submission', 'submissions', 'overview']);
  const path = `/submissions/${file.sha256}/retry?userId=${file.userId}`;
  return (
    <Paper component="section" withBorder p="md" className="penstock-panel" aria-label="What the Operator does">
      <Stack gap="sm">
        <Title order={2} size="h4">
          What the Operator does
        </Title>
        <Text>
          Every try to work on it failed, for a reason that is not the file’s; the list of the files that wait says what
          failed, and so does the log. Mend that, then try the file again. If a file of the same kind that came later is
          in force meanwhile, this one is refused, and its officers decide.
        </Text>
        {retrying.summary}
        <Group>
          <Button loading={retrying.isPending} onClick={() => void retrying.change(path, { method: 'POST' })}>
            Try it again
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}
