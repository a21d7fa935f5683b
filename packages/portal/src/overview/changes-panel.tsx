import { Anchor, Text } from '@mantine/core';
import { changePageSchema, clashListSchema } from '@penstock/api/schemas';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { ask } from '../api/call.ts';
import { ChangeLink } from '../changes/change-link.tsx';
import { NextTime } from '../changes/times.tsx';
import { counted, ownerOf } from '../changes/words.ts';
import { useSession } from '../session/me.ts';
import { wordsOf } from '../shared/failure.tsx';
import { Loading, Panel } from '../shared/states.tsx';

const SHOWN = 5;
const DAYS = 7;

/** Changes that concern somebody: those of its own that clash, and what comes in the next days. */
export function ChangesPanel() {
  const { acting } = useSession();
  const caller = { acting };
  // of the moment at which the page was opened, so that the question stays the same
  const [from] = useState(() => new Date().toISOString());
  const to = new Date(Date.parse(from) + DAYS * 86_400_000).toISOString();
  const coming = useQuery({
    queryKey: ['changes', acting, 'coming', from],
    queryFn: ({ signal }) =>
      ask(changePageSchema, '/changes', { caller, query: { from, to, limit: SHOWN + 1 }, signal }),
    meta: { live: { topics: ['changes'] } },
  });
  const clashes = useQuery({
    queryKey: ['change-findings', acting, 'all'],
    queryFn: ({ signal }) => ask(clashListSchema, '/changes/clashes', { caller, signal }),
    meta: { live: { topics: ['changes'] } },
  });
  const failed = coming.error ?? clashes.error;
  return (
    <Panel title="Changes">
      {coming.isPending || clashes.isPending ? <Loading what="the changes" /> : null}
      {failed === null ? null : <Text role="alert">The changes did not come. {wordsOf(failed).action}</Text>}
      {clashes.data === undefined ? null : clashes.data.items.length === 0 ? (
        <Text className="penstock-outcome penstock-health-well">Nothing clashes in the next three months.</Text>
      ) : (
        <>
          <Text fw={650} className="penstock-outcome penstock-health-waiting">
            {counted(clashes.data.items.length, 'change')}
            {clashes.data.isCut ? ' and more have' : clashes.data.items.length === 1 ? ' has' : ' have'} something in
            the way
          </Text>
          <ul className="penstock-why">
            {clashes.data.items.slice(0, SHOWN).map(({ change, title, clashes: its }) => (
              <li key={change}>
                <Anchor
                  renderRoot={(props) => (
                    <Link
                      to="/changes/$change"
                      params={{ change }}
                      search={(search: { for?: string | undefined }) => ({ for: search.for, tab: 'clashes' })}
                      {...props}
                    />
                  )}
                >
                  {title}
                </Anchor>
                : {counted(its.length, 'clash', 'clashes')}
              </li>
            ))}
          </ul>
        </>
      )}
      {coming.data === undefined ? null : (
        <>
          <Text size="sm" c="dimmed" mt="sm">
            {coming.data.items.length === 0
              ? 'No change is planned in the next seven days.'
              : 'In the next seven days:'}
          </Text>
          <ul className="penstock-why">
            {coming.data.items.slice(0, SHOWN).map((change) => (
              <li key={change.change}>
                <ChangeLink change={change} />{' '}
                <Text span size="sm" c="dimmed">
                  {change.see === 'whole' && change.isYours ? 'yours' : ownerOf(change)}
                </Text>
                <NextTime occurrences={change.occurrences} />
              </li>
            ))}
          </ul>
          <Anchor
            size="sm"
            renderRoot={(props) => (
              <Link
                to="/changes/calendar"
                search={(search: { for?: string | undefined }) => ({ for: search.for })}
                {...props}
              />
            )}
          >
            Open the calendar
          </Anchor>
        </>
      )}
    </Panel>
  );
}
