import { Button, Group, List, Text, VisuallyHidden } from '@mantine/core';
import {
  type OutageReport,
  outageReportPageSchema,
  outageReportSchema,
  type Way,
  type WaysDocument,
} from '@penstock/api/schemas';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSession } from '../session/me.ts';
import { useChange } from '../shared/changing.tsx';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { missing } from '../shared/faults.ts';
import { useChecked } from '../shared/form.tsx';
import { FormDialog } from '../shared/form-dialog.tsx';
import { usePaged } from '../shared/paged.tsx';
import { Panel } from '../shared/states.tsx';
import { UserName } from '../shared/user-name.tsx';
import { When } from '../shared/when.tsx';
import { DeclareDialog, WaySelect, WordsInput } from './outage-dialogs.tsx';
import { waysQuery } from './queries.ts';
import { wayWords } from './words.ts';

const SHOWN = 20;
const stateWords = { open: 'Not answered yet', declared: 'The outage was declared', dismissed: 'No outage' } as const;

/** What Users report: to the Operator what is open, to a User its own, the newest first. Nothing where there is nothing. */
export function Reports({ isOperator, mayAnswer }: { isOperator: boolean; mayAnswer: boolean }) {
  const { acting } = useSession();
  const ways = useQuery(waysQuery({ acting }));
  const list = usePaged<OutageReport, typeof outageReportPageSchema>(
    'reports',
    outageReportPageSchema,
    '/ways/reports',
    {
      limit: SHOWN,
      state: isOperator ? 'open' : undefined,
    },
  );
  const [answered, setAnswered] = useState<{ report: OutageReport; by: 'declare' | 'dismiss' }>();
  if (list.isError) return <FailureSummary words={wordsOf(list.error)} onRetry={() => void list.refetch()} />;
  const items = list.data?.pages[0]?.items ?? [];
  if (items.length === 0) return null;
  const close = () => setAnswered(undefined);
  return (
    <Panel title={isOperator ? 'Reported by Users' : 'What you reported'}>
      <List listStyleType="none" spacing="sm" className="penstock-entries">
        {items.map((report) => (
          <List.Item key={report.report}>
            <Group justify="space-between" align="flex-start" gap="sm">
              <div>
                <Text fw={600}>
                  {wayWords[report.way]}: {report.words}
                </Text>
                <Text size="sm" c="dimmed">
                  {isOperator ? <UserName userId={report.userId} inline /> : stateWords[report.state]},{' '}
                  <When at={report.answeredAt ?? report.reportedAt} inline />
                </Text>
                {report.answer === undefined ? null : <Text size="sm">{report.answer}</Text>}
              </div>
              {mayAnswer && report.state === 'open' ? (
                <Group gap={6}>
                  <Button size="xs" onClick={() => setAnswered({ report, by: 'declare' })}>
                    Declare the outage<VisuallyHidden> that {report.userId} reports</VisuallyHidden>
                  </Button>
                  <Button size="xs" variant="default" onClick={() => setAnswered({ report, by: 'dismiss' })}>
                    No outage<VisuallyHidden> of what {report.userId} reports</VisuallyHidden>
                  </Button>
                </Group>
              ) : null}
            </Group>
          </List.Item>
        ))}
      </List>
      {list.hasNextPage ? (
        <Text size="sm" c="dimmed" mt="sm">
          These are the newest {SHOWN}.
        </Text>
      ) : null}
      {answered?.by === 'declare' && ways.data !== undefined ? (
        <DeclareDialog data={ways.data} way={answered.report.way} onClose={close} />
      ) : null}
      {answered?.by === 'dismiss' ? <DismissDialog report={answered.report} onClose={close} /> : null}
    </Panel>
  );
}

function DismissDialog({ report, onClose }: { report: OutageReport; onClose: () => void }) {
  const [answer, setAnswer] = useState('');
  const dismissing = useChange(outageReportSchema, ['reports']);

  async function submit() {
    const body = { userId: report.userId, answer };
    const path = `/ways/reports/${report.report}/dismiss`;
    if ((await dismissing.change(path, { method: 'POST', body })) !== undefined) onClose();
  }

  const checked = useChecked({ answer: missing(answer, 'Enter the answer.') }, () => void submit());
  return (
    <FormDialog
      title="Answer without an outage"
      submit="Answer"
      checked={checked}
      changing={dismissing}
      onClose={onClose}
    >
      <Text>
        <UserName userId={report.userId} inline /> reports of {wayWords[report.way]}: {report.words}
      </Text>
      <WordsInput
        {...checked.field('answer')}
        label="Answer"
        description="This User reads it."
        value={answer}
        onChange={setAnswer}
      />
    </FormDialog>
  );
}

export function ReportDialog({ data, onClose }: { data: WaysDocument; onClose: () => void }) {
  const [way, setWay] = useState<Way | null>(null);
  const [words, setWords] = useState('');
  const reporting = useChange(outageReportSchema, ['reports']);

  async function submit() {
    if ((await reporting.change('/ways/reports', { method: 'POST', body: { way, words } })) !== undefined) onClose();
  }

  const checked = useChecked(
    { way: missing(way, 'Choose the way.'), words: missing(words, 'Enter what you see.') },
    () => void submit(),
  );
  return (
    <FormDialog title="Report an outage" submit="Report it" checked={checked} changing={reporting} onClose={onClose}>
      <Text>The Operator declares the outage, which opens the fallbacks, or answers you.</Text>
      <WaySelect {...checked.field('way')} data={data} value={way} onChange={setWay} />
      <WordsInput
        {...checked.field('words')}
        label="What you see"
        description="What you did, what happened, since when. The Operator reads it."
        value={words}
        onChange={setWords}
      />
    </FormDialog>
  );
}
