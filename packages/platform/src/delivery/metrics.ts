import { Counter, Gauge, type Registry } from 'prom-client';
import type { Direction } from '../messages/message.ts';

/** What delivery counts, for /metrics. */
export class DeliveryMetrics {
  readonly #handedOut: Counter<'direction'>;
  readonly #pushes: Counter<'outcome'>;
  readonly #pushSeconds: Counter;
  readonly #held: Gauge;
  readonly #expired: Counter<'direction'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#handedOut = new Counter({
      name: 'penstock_delivery_handed_out_total',
      help: 'Messages handed out to the network (southbound) and to Users that pull (northbound), repeated ones included.',
      labelNames: ['direction'],
      registers,
    });
    this.#pushes = new Counter({
      name: 'penstock_delivery_pushes_total',
      help: "Messages pushed to Users' receive services, by outcome (taken, failed).",
      labelNames: ['outcome'],
      registers,
    });
    this.#pushSeconds = new Counter({
      name: 'penstock_delivery_push_seconds_total',
      help: "Time that Users' receive services took to answer.",
      registers,
    });
    this.#held = new Gauge({
      name: 'penstock_delivery_held_streams',
      help: 'Streams of which nothing has been taken for longer than delivery.hold_days.',
      registers,
    });
    this.#expired = new Counter({
      name: 'penstock_delivery_expired_messages_total',
      help: 'Messages dropped because nobody took them as long as the audit record is kept.',
      labelNames: ['direction'],
      registers,
    });
  }

  handedOut(direction: Direction, messages: number): void {
    this.#handedOut.inc({ direction }, messages);
  }

  pushed(isTaken: boolean, seconds: number): void {
    this.#pushes.inc({ outcome: isTaken ? 'taken' : 'failed' });
    this.#pushSeconds.inc(seconds);
  }

  held(streams: number): void {
    this.#held.set(streams);
  }

  expired(direction: Direction, messages: number): void {
    this.#expired.inc({ direction }, messages);
  }
}
