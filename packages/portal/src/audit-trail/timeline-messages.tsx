import { Anchor, Button } from '@mantine/core';
import type { TimelinePart } from '@penstock/api/schemas';
import { Link } from '@tanstack/react-router';
import { kindWords } from '../messages/search.ts';
import { AskSender } from '../questions/ask-sender.tsx';
import { useSession } from '../session/me.ts';
import { Day, When } from '../shared/when.tsx';
import { showEntry } from './show-entry.ts';
import { type AlertsEntry, idOf, type MessagesEntry, type TimelineCause } from './timeline-rows.ts';
import { TimeOfDay } from './timeline-time.tsx';
import { likelihoodWords, roleBesideParty, senderWords, whyWords } from './words.ts';

/** Of what is folded so many kinds are told before it is opened. */
const MOST_PARTS = 4;

/** Messages that follow one another: what they were, and opened each of them with the ways that lead on. */
export function TimelineMessages(props: {
  entry: MessagesEntry;
  /** Alerts elsewhere on the page that it may have caused. */
  caused: readonly { alerts: AlertsEntry; likelihood: TimelineCause['likelihood'] }[];
  device: string;
  isOpen: boolean;
  onToggle: () => void;
}) {
  const { entry, caused, device, isOpen, onToggle } = props;
  const { count, parts, first, last, isCut } = entry;
  const shown = isOpen ? parts : parts.slice(0, MOST_PARTS);
  const more = parts.length - shown.length;
  return (
    <article
      id={idOf(entry)}
      tabIndex={-1}
      className={count > 2 ? 'penstock-entry penstock-entry-folded' : 'penstock-entry'}
    >
      <header className="penstock-entry-head">
        <TimeOfDay first={first} last={last} />
        {count === 1 ? null : (
          <span className="penstock-entry-count">
            {isCut ? 'More than ' : ''}
            {count.toLocaleString('en-GB')} messages
          </span>
        )}
      </header>
      <ul className="penstock-parts">
        {shown.map((part) => (
          <li key={`${part.kind} ${part.serviceReferenceVariant} ${part.concerns} ${JSON.stringify(part.sender)}`}>
            <PartLine part={part} />
            {isOpen ? <Each part={part} device={device} /> : null}
          </li>
        ))}
        {more === 0 ? null : <li className="penstock-parts-more">and {more} more kinds</li>}
      </ul>
      {caused.map(({ alerts, likelihood }) => (
        <p key={idOf(alerts)} className={`penstock-entry-link penstock-outcome penstock-likelihood-${likelihood}`}>
          <span>
            {likelihoodWords[likelihood]} cause of{' '}
            <Anchor component="button" type="button" size="sm" onClick={() => showEntry(alerts)}>
              {alerts.code} {alerts.title}
            </Anchor>
          </span>
        </p>
      ))}
      <Button variant="subtle" size="compact-sm" aria-expanded={isOpen} onClick={onToggle}>
        {isOpen ? 'Hide details' : count === 1 ? 'Details' : 'Show each'}
      </Button>
    </article>
  );
}

/** What all of a part have in common. */
function PartLine({ part }: { part: TimelinePart }) {
  const { me } = useSession();
  const { direction, kind, serviceReferenceVariant, name, concerns, sender, count, codes } = part;
  const role = roleBesideParty(sender);
  return (
    <div className="penstock-part">
      <span aria-hidden className="penstock-direction">
        {direction === 'southbound' ? '→' : '←'}
      </span>
      <div>
        <span className="penstock-part-name">
          {kindWords[kind]} <b>{serviceReferenceVariant}</b> {name}
          {count === 1 ? null : <b className="penstock-repeats"> × {count.toLocaleString('en-GB')}</b>}
        </span>
        <small className="penstock-part-about">
          <span>
            {senderWords(sender, me.acting.kind === 'operator')}
            {role === undefined ? '' : `, ${role}`}
            {concerns === 'body' ? '; names the device in its body' : ''}
          </span>
          {codes.map(({ code, meaning, count: having }) => (
            <span key={code} className={code.startsWith('E') ? 'penstock-code-failed' : undefined}>
              <b>{code}</b> {meaning} {having === count ? '' : `× ${having.toLocaleString('en-GB')}`}
            </span>
          ))}
        </small>
      </div>
    </div>
  );
}

/** The newest of a part one by one, and the ways to all of them. */
function Each({ part, device }: { part: TimelinePart; device: string }) {
  const { me } = useSession();
  const isOperator = me.acting.kind === 'operator';
  const mayAsk = !isOperator && me.permissions.includes('questions.change') && !part.sender.isYou;
  const { words, dated, date } = whyWords(part.why, isOperator);
  return (
    <div className="penstock-each">
      <ol>
        {part.messages.map(({ time, sentAt, code, position, reference }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: references are others each time, and an open dialog must stay
          <li key={`${time} ${index}`}>
            <span>
              <TimeOfDay first={time} last={time} /> {code}
              {sentAt === undefined ? null : (
                <small>
                  {' '}
                  held, sent <When at={sentAt} inline />
                </small>
              )}
            </span>
            {position === undefined ? null : <MessageLink position={position} words="Open this message" />}
            {mayAsk ? <AskSender title={{ ...part, device, reference, time }} /> : null}
          </li>
        ))}
      </ol>
      <small>
        {part.count > part.messages.length ? `The newest ${part.messages.length} of ${part.count}. ` : ''}
        <Anchor
          size="sm"
          renderRoot={(props) => (
            <Link
              to="/devices/$device"
              params={{ device }}
              search={({ for: acting, user }) => ({
                for: acting,
                user,
                from: part.first,
                to: new Date(Date.parse(part.last) + 1).toISOString(),
                kind: part.kind,
                srv: part.serviceReferenceVariant,
              })}
              {...props}
            />
          )}
        >
          {part.count === 1 ? 'Its title' : 'Their titles'}
        </Anchor>
        . {words}
        {date === undefined ? null : (
          <>
            {' '}
            ({dated} <Day at={date} />)
          </>
        )}
        .
      </small>
    </div>
  );
}

/** The way to a message of the record. */
export function MessageLink({ position, words }: { position: string; words: string }) {
  const [day = '', sequence = ''] = position.split('/');
  return (
    <Anchor
      size="sm"
      renderRoot={(props) => (
        <Link
          to="/messages/$day/$sequence"
          params={{ day, sequence }}
          search={({ for: acting, user }) => ({ for: acting, user })}
          {...props}
        />
      )}
    >
      {words}
    </Anchor>
  );
}
