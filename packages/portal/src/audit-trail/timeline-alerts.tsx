import { Anchor } from '@mantine/core';
import type { TimelineEntry } from '@penstock/api/schemas';
import { Link } from '@tanstack/react-router';
import { kindWords } from '../messages/search.ts';
import { showEntry } from './show-entry.ts';
import { MessageLink } from './timeline-messages.tsx';
import { type AlertsEntry, entryOfCause, idOf, type MessagesEntry, type TimelineCause } from './timeline-rows.ts';
import { TimeOfDay } from './timeline-time.tsx';
import { likelihoodWords, timesWords } from './words.ts';

/** Alerts of one code, with what may have caused the first of them. */
export function TimelineAlerts(props: {
  entry: AlertsEntry;
  entries: readonly TimelineEntry[];
  /** What stands in the same row. */
  beside: MessagesEntry | undefined;
  device: string;
}) {
  const { entry, entries, beside, device } = props;
  const { kind, code, title, count, first, last, position, finding, causes } = entry;
  return (
    <article
      id={idOf(entry)}
      tabIndex={-1}
      className={`penstock-entry penstock-entry-alert${count > 2 ? ' penstock-entry-folded' : ''}`}
    >
      <header className="penstock-entry-head">
        <TimeOfDay first={first} last={last} />
        <span className="penstock-entry-count">
          {kindWords[kind]}
          {timesWords(count)}
        </span>
      </header>
      <p className="penstock-alert-name">
        <b>{code}</b> {title}
      </p>
      {causes.length === 0 ? (
        <small>{finding}</small>
      ) : (
        <ul className="penstock-alert-causes" aria-label="What may have caused it">
          {causes.map((cause) => (
            <li key={`${cause.recordedAt} ${cause.kind} ${cause.serviceReferenceVariant} ${cause.sender.isYou}`}>
              <span className={`penstock-outcome penstock-likelihood-${cause.likelihood}`}>
                {likelihoodWords[cause.likelihood]}
              </span>
              <span>
                {kindWords[cause.kind]} <b>{cause.serviceReferenceVariant}</b> {cause.name}
                {timesWords(cause.count)}
                <small>{cause.reasons[0]}</small>
                <CauseLink cause={cause} found={entryOfCause(entries, cause)} beside={beside} device={device} />
              </span>
            </li>
          ))}
        </ul>
      )}
      <MessageLink position={position} words={count === 1 ? 'Open this alert' : 'Open the first of these alerts'} />
    </article>
  );
}

/** The way to a cause: to its entry when that is on the page and not beside the alert, else to its titles. */
function CauseLink(props: {
  cause: TimelineCause;
  found: MessagesEntry | undefined;
  beside: MessagesEntry | undefined;
  device: string;
}) {
  const { cause, found, beside, device } = props;
  if (found !== undefined && found === beside) return null;
  if (found !== undefined) {
    return (
      <Anchor component="button" type="button" size="sm" onClick={() => showEntry(found)}>
        Show it
      </Anchor>
    );
  }
  return (
    <Anchor
      size="sm"
      renderRoot={(props) => (
        <Link
          to="/devices/$device"
          params={{ device }}
          search={({ for: acting, user }) => ({
            for: acting,
            user,
            to: new Date(Date.parse(cause.recordedAt) + 1).toISOString(),
            kind: cause.kind,
            srv: cause.serviceReferenceVariant,
          })}
          {...props}
        />
      )}
    >
      Its title
    </Anchor>
  );
}
