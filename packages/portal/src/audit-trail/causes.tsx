import { Anchor, Box, Paper, Stack, Text, Title } from '@mantine/core';
import { type CauseDocument, type CausesDocument, causesSchema } from '@penstock/api/schemas';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ask, type Caller } from '../api/call.ts';
import { DeviceLink } from '../devices/device-link.tsx';
import { kindWords, type MessageSearch } from '../messages/search.ts';
import { AskSender } from '../questions/ask-sender.tsx';
import { useSession } from '../session/me.ts';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { Loading } from '../shared/states.tsx';
import { When } from '../shared/when.tsx';
import { Decisions } from './decisions.tsx';
import { likelihoodWords, roleBesideParty, senderWords, timesWords } from './words.ts';

/** Of an alert: what was sent to its device before it, what most likely caused it first, and what is decided about it. */
export default function Causes(props: { caller: Caller; position: string; search: MessageSearch }) {
  const { caller, position, search } = props;
  // among the titles, since who loses those loses this
  const queryKey = ['titles', 'causes', caller, position, search.user];
  const causes = useQuery({
    queryKey,
    queryFn: ({ signal }) =>
      ask(causesSchema, `/messages/${position}/causes`, { caller, query: { userId: search.user }, signal }),
    // that somebody looked is recorded: it is asked once, and again when what may be seen changes, of which one is told as
    // a User only; of which devices it is, no other question of the page says
    staleTime: Number.POSITIVE_INFINITY,
    meta: caller.reason === undefined ? { live: { topics: ['switches', 'directory', 'devices'] } } : {},
  });
  return (
    <Stack gap="sm" component="section" aria-labelledby="causes-head">
      <Title order={2} size="h4" id="causes-head">
        What may have caused this
      </Title>
      {causes.isPending ? <Loading what="what came before it" /> : null}
      {causes.isError ? <FailureSummary words={wordsOf(causes.error)} onRetry={() => void causes.refetch()} /> : null}
      {causes.isSuccess ? (
        <>
          <Finding found={causes.data} />
          <Decisions decisions={causes.data.decisions} position={position} queryKey={queryKey} />
          <Found causes={causes.data.causes} search={search} />
        </>
      ) : null}
    </Stack>
  );
}

function Finding({ found }: { found: CausesDocument }) {
  const { finding, devices, from, isCut } = found;
  const unseen = devices.filter(({ seesTitles }) => !seesTitles);
  return (
    <>
      <Text fw={600}>{finding}</Text>
      <Text size="sm" c="dimmed">
        Looked at from <When at={from} inline /> up to the alert.
        {isCut ? ' There was more in that time than is looked at; only the newest were.' : ''} What is said is how well
        each fits, and proves nothing.
      </Text>
      {unseen.map(({ device }) => (
        <Text size="sm" key={device}>
          Of <DeviceLink device={device} /> only the own messages were looked at: its titles are not to be seen here.
        </Text>
      ))}
    </>
  );
}

function Found({ causes, search }: { causes: readonly CauseDocument[]; search: MessageSearch }) {
  if (causes.length === 0) return null;
  return (
    <>
      <Title order={3} size="h5">
        What came before it
      </Title>
      <ol className="penstock-causes">
        {causes.map((cause) => (
          <Paper
            component="li"
            withBorder
            p="md"
            className="penstock-panel"
            key={`${cause.reference ?? cause.position} ${cause.first}`}
          >
            <Cause cause={cause} search={search} />
          </Paper>
        ))}
      </ol>
    </>
  );
}

function Cause({ cause, search }: { cause: CauseDocument; search: MessageSearch }) {
  const { me } = useSession();
  const {
    likelihood,
    reasons,
    kind,
    serviceReferenceVariant,
    name,
    codes,
    sender,
    count,
    first,
    last,
    position,
    reference,
  } = cause;
  const [day = '', sequence = ''] = position?.split('/') ?? [];
  const role = roleBesideParty(sender);
  const mayAsk = me.acting.kind === 'user' && me.permissions.includes('questions.change');
  return (
    <>
      <span className={`penstock-outcome penstock-likelihood-${likelihood}`}>{likelihoodWords[likelihood]}</span>
      <Text fw={650}>
        {kindWords[kind]} {serviceReferenceVariant} {name}
        {timesWords(count)}
      </Text>
      <Text size="sm">
        {senderWords(sender, me.acting.kind === 'operator')}
        {role === undefined ? '' : `, ${role}`}; {count === 1 ? '' : 'from '}
        <When at={first} inline />
        {count === 1 ? null : (
          <>
            to <When at={last} inline />
          </>
        )}
        {codes.length === 0 ? '' : `; ${codes.join(', ')}`}
      </Text>
      <ul className="penstock-why">
        {reasons.map((reason) => (
          <li key={reason}>
            <Text size="sm">{reason}</Text>
          </li>
        ))}
      </ul>
      {reference === undefined || !mayAsk ? null : (
        <Box mt={6}>
          <AskSender title={{ ...cause, reference, time: last }} />
        </Box>
      )}
      {position === undefined ? null : (
        <Anchor
          size="sm"
          renderRoot={(props) => (
            <Link to="/messages/$day/$sequence" params={{ day, sequence }} search={search} {...props} />
          )}
        >
          Open this message
        </Anchor>
      )}
    </>
  );
}
