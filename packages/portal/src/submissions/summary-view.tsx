import { List, Stack, Table, Text } from '@mantine/core';
import type { SubmissionSummary } from '@penstock/api/schemas';
import { periodWords, withPeriods } from '../shared/periods.ts';
import { ScrollBox } from '../shared/scroll-box.tsx';
import { count, thresholdTitle } from '../thresholds/words.ts';

type AdtSummary = NonNullable<SubmissionSummary['adt']>;
type Difference = AdtSummary['differences'][number];

const kinds = { added: 'Added', removed: 'Ends', changed: 'Changed', unchanged: 'Unchanged' } as const;

/** What a file changes; `tense` says whether it did. */
export function SummaryView({ summary, tense }: { summary: SubmissionSummary; tense: 'would' | 'did' }) {
  const { adt, actions, limits, words } = summary;
  return (
    <Stack gap="sm">
      {actions === undefined ? <Words words={words} /> : null}
      {adt === undefined ? null : <AdtView adt={adt} tense={tense} />}
      {limits === undefined ? null : (
        <>
          <Counts {...limits} what="limits" tense={tense} />
          {limits.reasons.length === 0 ? null : (
            <List size="sm">
              {limits.reasons.map((reason) => (
                <List.Item key={reason}>{withPeriods(reason)}</List.Item>
              ))}
            </List>
          )}
        </>
      )}
      {actions === undefined ? null : (
        <Text>
          <b>{count(actions.process)}</b> held {actions.process === 1 ? 'message is' : 'messages are'} processed and{' '}
          <b>{count(actions.delete)}</b> deleted, of {count(actions.events)} {actions.events === 1 ? 'event' : 'events'}
          .
        </Text>
      )}
    </Stack>
  );
}

/** Sentences that are shown; a page of a thousand says no more. */
const SHOWN_WORDS = 30;

/** The difference in sentences. */
function Words({ words }: { words: readonly string[] }) {
  if (words.length === 0) return null;
  return (
    <List size="sm" className="penstock-difference" aria-label="The difference in words">
      {words.slice(0, SHOWN_WORDS).map((sentence) => (
        <List.Item key={sentence}>{sentence}</List.Item>
      ))}
      {words.length > SHOWN_WORDS ? <List.Item>and {count(words.length - SHOWN_WORDS)} more, below</List.Item> : null}
    </List>
  );
}

function Counts(props: {
  added: number;
  removed: number;
  changed: number;
  unchanged: number;
  relaxes: boolean;
  what: string;
  tense: 'would' | 'did';
}) {
  const { added, removed, changed, unchanged, relaxes, what, tense } = props;
  const isNothing = added + removed + changed === 0;
  return (
    <>
      <Text>
        {isNothing
          ? `It changes none of the ${what}: the same are in force.`
          : `Of the ${what} ${count(added)} added, ${count(changed)} changed, ${count(removed)} ended, ${count(unchanged)} as before.`}
      </Text>
      {relaxes ? (
        <Text fw={650} className="penstock-outcome penstock-health-waiting">
          {tense === 'would'
            ? 'It could let through what would be held now: where the policy of the User ID asks for it, two officers sign.'
            : 'It could let through what was held before.'}
        </Text>
      ) : null}
    </>
  );
}

function AdtView({ adt, tense }: { adt: AdtSummary; tense: 'would' | 'did' }) {
  return (
    <>
      <Counts {...adt} what="thresholds" tense={tense} />
      {adt.differences.length === 0 ? null : (
        <ScrollBox label="Thresholds that change">
          <Table miw={640} fz="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">Threshold</Table.Th>
                <Table.Th scope="col">What happens</Table.Th>
                <Table.Th scope="col">From</Table.Th>
                <Table.Th scope="col">To</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {adt.differences.map((difference) => (
                <DifferenceRows key={nameOf(difference)} difference={difference} />
              ))}
            </Table.Tbody>
          </Table>
        </ScrollBox>
      )}
    </>
  );
}

const nameOf = ({ services, direction, period }: Difference) => `${services} ${direction} ${period}`;

function titleOf({ services, direction, period }: Difference): string {
  const known = direction === 'sent' || direction === 'received' || direction === 'processed';
  if (!known) return `${services} ${direction} in ${periodWords(period)}`;
  return thresholdTitle({ services: services.split(' '), direction, period });
}

/** 'Added', 'Added: exception', 'Changed: threshold, quarantine' */
function wordsOf(kind: Difference['kind'], change: Difference['changes'][number] | undefined): string {
  if (change === undefined) return kinds[kind];
  if (kind === 'changed') return `${kinds[kind]}: ${change.item}${change.field === 'row' ? '' : `, ${change.field}`}`;
  return change.item === 'exception' ? `${kinds[kind]}: exception` : kinds[kind];
}

function DifferenceRows({ difference }: { difference: Difference }) {
  const { changes, kind, reasons } = difference;
  const rows = Math.max(1, changes.length);
  return (
    <>
      {Array.from({ length: rows }, (_, index) => {
        const change = changes[index];
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: changes have no other name, and never move
          <Table.Tr key={index}>
            {index > 0 ? null : (
              <Table.Th scope="rowgroup" rowSpan={rows} fw={400}>
                {titleOf(difference)}
                {reasons.map((reason) => (
                  <Text size="xs" key={reason} className="penstock-outcome penstock-health-waiting" display="flex">
                    {withPeriods(reason)}
                  </Text>
                ))}
              </Table.Th>
            )}
            <Table.Td>{wordsOf(kind, change)}</Table.Td>
            <Table.Td>{change?.before ?? '-'}</Table.Td>
            <Table.Td>{change?.after ?? '-'}</Table.Td>
          </Table.Tr>
        );
      })}
    </>
  );
}
