import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { londonDay, type MonthSchedule, monthScheduleSchema } from '@penstock/api/schemas';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { ask } from '../api/call.ts';
import { useSession } from '../session/me.ts';
import { ExportButton } from '../shared/export-button.tsx';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { Empty, Facts, Loading, NoRight } from '../shared/states.tsx';
import { When } from '../shared/when.tsx';
import { addMonths, monthName } from './calendar-days.ts';
import { ChangesHead } from './changes-head.tsx';
import { StateMark } from './state-mark.tsx';

/** The month's schedule of Planned Maintenance, as it is announced to everybody; a document that prints. */
export function SchedulePage() {
  const { me } = useSession();
  const { month } = useSearch({ from: '/changes/schedule' });
  if (!me.permissions.includes('changes.see')) return <NoRight page="Changes" what="changes" />;
  const shown = /^20[2-5]\d-(?:0[1-9]|1[0-2])$/.test(month ?? '') ? (month ?? '') : londonDay(Date.now()).slice(0, 7);
  return <Schedule month={shown} />;
}

function Schedule({ month }: { month: string }) {
  const { acting } = useSession();
  const navigate = useNavigate();
  const path = `/changes/schedule/${month}`;
  const schedule = useQuery({
    queryKey: ['change-schedule', acting, month],
    queryFn: ({ signal }) => ask(monthScheduleSchema, path, { caller: { acting }, signal }),
    meta: { live: { topics: ['changes'] } },
  });
  const show = (by: number) =>
    void navigate({
      to: '/changes/schedule',
      search: (search) => ({ ...search, month: addMonths(`${month}-01`, by).slice(0, 7) }),
    });
  return (
    <Stack gap="md" maw={1000} className="penstock-document">
      <ChangesHead shown="/changes/schedule" words="What the Operator announces of a month, to everybody.">
        <Button variant="default" onClick={() => window.print()}>
          Print
        </Button>
        <ExportButton caller={{ acting }} path={`${path}/csv`} name={`planned-maintenance-${month}`} />
        <ExportButton
          caller={{ acting }}
          path={`${path}/pdf`}
          name={`planned-maintenance-${month}`}
          words="Save as PDF"
          ending="pdf"
        />
      </ChangesHead>
      <Group gap="xs" className="penstock-on-screen">
        <Button variant="default" onClick={() => show(-1)}>
          Month before
        </Button>
        <Button variant="default" onClick={() => show(1)}>
          Next month
        </Button>
      </Group>
      <Title order={2}>Planned Maintenance, {monthName(`${month}-01`)}</Title>
      {schedule.isPending ? <Loading what="the schedule" /> : null}
      {schedule.isError ? (
        <FailureSummary words={wordsOf(schedule.error)} onRetry={() => void schedule.refetch()} />
      ) : null}
      {schedule.data === undefined ? null : <Document schedule={schedule.data} />}
    </Stack>
  );
}

function Document({ schedule: { words, asOf, items } }: { schedule: MonthSchedule }) {
  return (
    <>
      <Text>{words}</Text>
      <Text size="sm" c="dimmed">
        As of <When at={asOf} inline toMinute />. Times are those of London.
      </Text>
      {items.length === 0 ? (
        <Empty title="No Planned Maintenance is announced for this month.">
          What is scheduled and shared with everybody stands here.
        </Empty>
      ) : null}
      {items.map(({ change, title, state, activity, disrupted, services, times, riskToReturn }) => (
        <Paper component="article" key={change} withBorder p="md" className="penstock-panel" aria-label={title}>
          <Group justify="space-between" gap="sm">
            <Title order={3} size="h4">
              {title}
            </Title>
            <StateMark state={state} />
          </Group>
          <Facts
            facts={[
              ['The activity', activity],
              ['Disrupted, or at Material Risk', disrupted],
              ['Services', services.join(', ')],
              [
                'Time and duration',
                <span key="times" className="penstock-written">
                  {times.map((time) => time.words).join('\n')}
                </span>,
              ],
              ['Risk to the return of normal service', riskToReturn],
            ]}
          />
        </Paper>
      ))}
    </>
  );
}
