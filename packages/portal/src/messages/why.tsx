import { Stack, Text, Title } from '@mantine/core';
import type { ExplanationDocument } from '@penstock/api/schemas';
import { useQuery } from '@tanstack/react-query';
import type { Caller } from '../api/call.ts';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { periodWords, withPeriods } from '../shared/periods.ts';
import { Loading } from '../shared/states.tsx';
import { verdictQuery } from './record.ts';

type Counted = ExplanationDocument['thresholds'][number];

/** 'all' of a User's messages, its 'alerts', or the services by name. */
function whatIsCounted({ services }: Counted): string {
  if (services[0] === 'all') return 'all messages';
  return services[0] === 'alerts' ? 'alerts' : `services ${services.join(', ')}`;
}

function standing({ count, warning, quarantine }: Counted): string {
  const bounds = [
    ...(warning === undefined ? [] : [`warning above ${warning.toLocaleString('en-GB')}`]),
    ...(quarantine === undefined ? [] : [`quarantine above ${quarantine.toLocaleString('en-GB')}`]),
  ];
  return `${count.toLocaleString('en-GB')}${bounds.length === 0 ? '' : ` (${bounds.join(', ')})`}`;
}

/** The verdict's reason, with the counts as they stood at that moment. */
export function Why(props: { caller: Caller; position: string; user: string | undefined }) {
  const why = useQuery(verdictQuery(props.caller, props.position, props.user));
  return (
    <section aria-labelledby="life-why">
      <Title order={2} size="h4" id="life-why" mb="sm">
        Why
      </Title>
      {why.isPending ? <Loading what="the reason" /> : null}
      {why.isError ? <FailureSummary words={wordsOf(why.error)} onRetry={() => void why.refetch()} /> : null}
      {why.data === undefined ? null : (
        <Stack gap="xs">
          {why.data.words.map((words) => (
            <Text size="sm" key={words}>
              {withPeriods(words)}
            </Text>
          ))}
          {why.data.thresholds.length === 0 ? null : (
            <ul className="penstock-why">
              {why.data.thresholds.map((threshold) => (
                <li key={threshold.thresholdId}>
                  <Text size="sm">
                    Threshold {threshold.thresholdId}, {whatIsCounted(threshold)} {threshold.direction} within{' '}
                    {periodWords(threshold.period)}: {standing(threshold)}
                  </Text>
                </li>
              ))}
            </ul>
          )}
        </Stack>
      )}
    </section>
  );
}
