import { Box, Stack, Text, Title } from '@mantine/core';
import { type ReportName, reportListSchema } from '@penstock/api/schemas';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { ask } from '../api/call.ts';
import { UserSelect } from '../directory/user-select.tsx';
import { type Gated, ReasonGate } from '../messages/record-gate.tsx';
import { useSession } from '../session/me.ts';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { PageTitle } from '../shared/page-title.tsx';
import { Empty, Facts, Loading, NoRight, Panel } from '../shared/states.tsx';
import { type ListedReport, ReportForm } from './report-form.tsx';
import { reportWords } from './words.ts';

const gate: Gated = {
  head: (
    <Text>
      This report is of the record of a User, which is its own. Say whose you need and why; the reason is recorded, and
      the User’s administrator can see it.
    </Text>
  ),
  whose: 'Whose record',
  button: 'Go on to the report',
};

const isOfRecord = (name: ReportName): boolean => name.startsWith('RSAT');

/** The reports under the names that Users know: what each holds, its first lines, and the file. */
export function ReportsPage() {
  const { me, acting } = useSession();
  const search = useSearch({ from: '/reports' });
  const maySee = me.permissions.includes('devices.see');
  const list = useQuery({
    queryKey: ['report-list', acting],
    queryFn: ({ signal }) => ask(reportListSchema, '/reports', { caller: { acting }, signal }),
    enabled: maySee,
  });
  if (!maySee) return <NoRight page="Reports" what="reports" />;
  const seen = list.data?.items.filter(({ name }) => !isOfRecord(name) || me.permissions.includes('record.see')) ?? [];
  const shown = seen.find(({ name }) => name === search.report) ?? seen[0];
  return (
    <Stack gap="md" maw={1200}>
      <PageTitle title="Reports" />
      <div>
        <Title order={1}>Reports</Title>
        <Text c="dimmed" maw={760}>
          Monthly counts of messages (RSAT) and of devices (RSMI), as CSV files. Only the names are public: the layouts
          are Penstock’s own, and need not be those of another system.
        </Text>
      </div>
      {list.isPending ? <Loading what="the reports" /> : null}
      {list.isError ? <FailureSummary words={wordsOf(list.error)} onRetry={() => void list.refetch()} /> : null}
      {list.data !== undefined && shown === undefined ? (
        <Empty title="There is no report for you.">Your role sees neither records nor an inventory of devices.</Empty>
      ) : null}
      {shown === undefined ? null : (
        <>
          <nav aria-label="Which report" className="penstock-views">
            {seen.map(({ name, title }) => (
              <Link
                key={name}
                to="/reports"
                search={({ for: actingFor }) => ({ ...search, for: actingFor, report: name })}
                aria-current={name === shown.name ? 'page' : undefined}
                title={title}
              >
                {name}
              </Link>
            ))}
          </nav>
          <Shown report={shown} />
        </>
      )}
    </Stack>
  );
}

function Shown({ report }: { report: ListedReport }) {
  const { me, acting } = useSession();
  const { month, user } = useSearch({ from: '/reports' });
  const isOperator = me.acting.kind === 'operator';
  const { name, title } = report;
  // what was made for one question is not shown under another
  const key = [name, month, user].join(' ');
  const { holds, whose } = reportWords[name];
  return (
    <Panel title={`${name}: ${title}`}>
      <Facts
        facts={[
          ['What it holds', holds],
          ['Whose', whose],
        ]}
      />
      <Box mt="md">
        {isOfRecord(name) ? (
          <ReasonGate user={user} of={gate}>
            {(caller) => <ReportForm key={key} report={report} caller={caller} user={isOperator ? user : undefined} />}
          </ReasonGate>
        ) : (
          <Stack gap="sm">
            {isOperator ? <Whose user={user} /> : null}
            {isOperator && user === undefined ? null : (
              <ReportForm key={key} report={report} caller={{ acting }} user={isOperator ? user : undefined} />
            )}
          </Stack>
        )}
      </Box>
    </Panel>
  );
}

function Whose({ user }: { user: string | undefined }) {
  const navigate = useNavigate();
  return (
    <UserSelect
      label="Whose devices"
      placeholder="A User ID"
      w={360}
      maw="100%"
      value={user ?? null}
      onChange={(value) =>
        void navigate({ to: '/reports', search: (search) => ({ ...search, user: value ?? undefined }) })
      }
    />
  );
}
