import { Title } from '@mantine/core';
import type { TimelineEntry } from '@penstock/api/schemas';
import { useNavigate } from '@tanstack/react-router';
import { useZone } from '../shared/when.tsx';
import { TimelineAlerts } from './timeline-alerts.tsx';
import { TimelineMessages } from './timeline-messages.tsx';
import { alertsOf, daysOf, idOf, rowsOf, type TimelineRow } from './timeline-rows.ts';
import { type DeviceSearch, openIn, toggled } from './timeline-search.ts';
import { likelihoodWords } from './words.ts';

/** Day by day: what was sent on one side, the alerts on the other; on a narrow screen one under another. */
export function TimelineEntries(props: { entries: readonly TimelineEntry[]; device: string; search: DeviceSearch }) {
  const { entries } = props;
  const [zone] = useZone();
  return (
    <div className="penstock-timeline">
      <div className="penstock-timeline-head" aria-hidden>
        <span>To and from the device</span>
        <span>Alerts</span>
      </div>
      {daysOf(rowsOf(entries), zone).map(({ day, rows }) => (
        <section key={day} aria-label={day}>
          <Title order={3} size="h5" className="penstock-timeline-day">
            {day}
          </Title>
          <ol className="penstock-timeline-rows">
            {rows.map((row) => (
              <Row key={[row.alerts, row.messages].map((entry) => entry && idOf(entry)).join()} row={row} {...props} />
            ))}
          </ol>
        </section>
      ))}
    </div>
  );
}

function Row(props: { row: TimelineRow; entries: readonly TimelineEntry[]; device: string; search: DeviceSearch }) {
  const { row, entries, device, search } = props;
  const { messages, alerts, joined } = row;
  const navigate = useNavigate();
  const open = openIn(search);
  function toggle(id: string) {
    void navigate({
      to: '.',
      search: { ...search, open: toggled(open, id) },
      replace: true,
      resetScroll: false,
    });
  }
  const sides = [
    messages === undefined ? null : (
      <div key="messages" className="penstock-timeline-sent">
        <TimelineMessages
          entry={messages}
          caused={alertsOf(entries, messages).filter((one) => one.alerts !== alerts)}
          device={device}
          isOpen={open.includes(idOf(messages))}
          onToggle={() => toggle(idOf(messages))}
        />
      </div>
    ),
    joined === undefined ? (
      <div key="join" aria-hidden className="penstock-timeline-moment" />
    ) : (
      <div key="join" className={`penstock-timeline-join penstock-likelihood-${joined}`}>
        <span>{likelihoodWords[joined]} cause</span>
      </div>
    ),
    alerts === undefined ? null : (
      <div key="alerts" className="penstock-timeline-alerts">
        <TimelineAlerts entry={alerts} entries={entries} beside={messages} device={device} />
      </div>
    ),
  ];
  // as it came: the newer of the two is read first
  const isAlertFirst = messages !== undefined && alerts !== undefined && alerts.last >= messages.last;
  return <li className="penstock-timeline-row">{isAlertFirst ? sides.reverse() : sides}</li>;
}
