import { Anchor, Group, Paper, Stack, Text, Title } from '@mantine/core';
import type { SubmissionLife } from '@penstock/api/schemas';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { useSession } from '../session/me.ts';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { PageTitle } from '../shared/page-title.tsx';
import { Facts, Loading, NoRight } from '../shared/states.tsx';
import { UserName } from '../shared/user-name.tsx';
import { When } from '../shared/when.tsx';
import { count } from '../thresholds/words.ts';
import { Documents } from './downloads.tsx';
import { FaultTable } from './fault-table.tsx';
import { FileSteps } from './file-steps.tsx';
import { isUnderWay, isWithdrawable, submissionQuery } from './queries.ts';
import { Retry } from './retry.tsx';
import { SecondOfficerPart } from './second-officer.tsx';
import { kindWords, SubmissionState, stateSentences } from './states.tsx';
import { SummaryView } from './summary-view.tsx';
import { Withdraw } from './withdraw.tsx';

/** One signed file: where it is, who signed it, what it changes or what is wrong with it. */
export function SubmissionPage() {
  const { me, acting } = useSession();
  const { sha256 } = useParams({ from: '/submissions/$sha256' });
  const { user } = useSearch({ from: '/submissions/$sha256' });
  const maySee = me.permissions.includes('submissions.see');
  const userId = me.acting.kind === 'operator' ? user : undefined;
  const file = useQuery({ ...submissionQuery({ acting }, sha256, userId), enabled: maySee });
  if (!maySee) return <NoRight page="A signed file" what="signed files" />;
  return (
    <Stack gap="lg" maw={1040}>
      <PageTitle title="A signed file" />
      <Anchor
        size="sm"
        renderRoot={(props) => <Link to="/submissions" search={(search) => ({ for: search.for, user })} {...props} />}
      >
        Back to the signed files
      </Anchor>
      <div>
        <Group gap="sm" align="center">
          <Title order={1}>{file.data?.kind === undefined ? 'A signed file' : kindWords[file.data.kind]}</Title>
          {file.data === undefined ? null : <SubmissionState state={file.data.state} />}
        </Group>
        {file.data === undefined ? null : (
          <Text role="status">
            {stateSentences[file.data.state]}
            {isUnderWay(file.data) ? ' This page follows it.' : ''}
          </Text>
        )}
      </div>
      {file.isPending ? <Loading what="the file" /> : null}
      {file.isError ? <FailureSummary words={wordsOf(file.error)} onRetry={() => void file.refetch()} /> : null}
      {file.data === undefined ? null : <FileShown file={file.data} />}
    </Stack>
  );
}

function FileShown({ file }: { file: SubmissionLife }) {
  const { me } = useSession();
  const { state, kind, code, detail, faults, faultCount, summary, signatures, secondOfficer } = file;
  const isOwn = me.acting.userIds.includes(file.userId);
  const mayWithdraw = isOwn && me.permissions.includes('submissions.change') && isWithdrawable(file);
  return (
    <>
      {state === 'refused' && faultCount === 0 ? (
        <Paper withBorder p="md" className="penstock-panel">
          <Text fw={650}>{detail ?? 'It was refused.'}</Text>
          <Text size="xs" c="dimmed" className="penstock-identifier">
            {code}
          </Text>
        </Paper>
      ) : null}
      {state === 'needs_operator' && me.permissions.includes('stopped.change') ? <Retry file={file} /> : null}
      {faultCount > 0 ? <FaultTable faults={faults} faultCount={faultCount} /> : null}
      {summary === undefined ? null : (
        <section aria-label="What it changes">
          <Title order={2} size="h4" mb="xs">
            What it {state === 'applied' ? 'changed' : 'would change'}
          </Title>
          <SummaryView summary={summary} tense={state === 'applied' ? 'did' : 'would'} />
          {kind === 'actions' && state === 'applied' ? (
            <Anchor
              renderRoot={(props) => (
                <Link to="/quarantine" search={(search) => ({ for: search.for, user: search.user })} {...props} />
              )}
            >
              Follow the release in the quarantine
            </Anchor>
          ) : null}
        </section>
      )}
      {secondOfficer === undefined ? null : <SecondOfficerPart file={file} secondOfficer={secondOfficer} />}
      <section aria-label="Signatures">
        <Title order={2} size="h4" mb="xs">
          Signatures
        </Title>
        <Stack gap="xs">
          {signatures.map((signature) => (
            <Paper withBorder p="sm" className="penstock-panel" key={signature.sha256}>
              <span
                className={`penstock-outcome penstock-outcome-${signature.verdict === 'valid' ? 'passed' : signature.verdict === 'refused' ? 'refused' : 'held'}`}
              >
                {signature.verdict === 'valid'
                  ? `Valid, by ${signature.name ?? 'an officer'}`
                  : signature.verdict === 'refused'
                    ? `Not valid: ${signature.detail ?? signature.code ?? ''}`
                    : 'Not judged yet'}
              </span>
              <Text size="xs" c="dimmed">
                received <When at={signature.receivedAt} inline />
              </Text>
            </Paper>
          ))}
        </Stack>
      </section>
      <section aria-label="Receipt and file">
        <Title order={2} size="h4" mb="xs">
          Receipt and file
        </Title>
        <Text size="sm" c="dimmed" mb="sm">
          The Operator signs the receipt; penstock receipt verify and openssl check it without asking anybody.
        </Text>
        <Group gap="sm">
          <Documents file={file} />
          {mayWithdraw ? <Withdraw file={file} /> : null}
        </Group>
      </section>
      <FileSteps file={file} />
      <Facts
        facts={[
          ['Received', <When key="received" at={file.receivedAt} inline />],
          ['For', <UserName key="for" userId={file.userId} inline />],
          [
            file.references.length === 1 ? 'Service request' : 'Service requests',
            `${file.references.join(', ')}${file.isReferenceRaised ? ' (raised for you)' : ''}`,
          ],
          ['Size', `${count(file.size)} bytes`],
          [
            'SHA-256',
            <span key="sha256" className="penstock-identifier">
              {file.sha256}
            </span>,
          ],
        ]}
      />
    </>
  );
}
