import { Counter, Gauge, type Registry } from 'prom-client';

/** What the live pages cost, for /metrics. */
export class EventMetrics {
  readonly #looks: Counter;
  readonly #lookSeconds: Counter;
  readonly #ended: Counter<'reason'>;

  constructor(registry: Registry, open: () => number) {
    const registers = [registry];
    new Gauge({
      name: 'penstock_events_streams',
      help: 'Browsers that are told of changes now.',
      registers,
      collect() {
        this.set(open());
      },
    });
    this.#looks = new Counter({
      name: 'penstock_events_looks_total',
      help: 'Looks at what changed: about one a second while a page is open.',
      registers,
    });
    this.#lookSeconds = new Counter({
      name: 'penstock_events_look_seconds_total',
      help: 'Time that these looks took.',
      registers,
    });
    this.#ended = new Counter({
      name: 'penstock_events_ended_total',
      help: 'Streams of events that were ended from here, by reason (access-changed, too-slow, stopping, not-checked).',
      labelNames: ['reason'],
      registers,
    });
  }

  looked(seconds: number): void {
    this.#looks.inc();
    this.#lookSeconds.inc(seconds);
  }

  ended(reason: string): void {
    this.#ended.inc({ reason });
  }
}
