/**
 * What the gateway counts. Plain numbers that are read when somebody asks for /metrics: a message costs a handful of
 * additions.
 */
import { Counter, Gauge, type Registry } from 'prom-client';

export const intakeStages = ['read', 'verify', 'authorise', 'record'] as const;
export type IntakeStage = (typeof intakeStages)[number];

export class IntakeMetrics {
  private readonly stageSeconds = new Map<IntakeStage, number>(intakeStages.map((stage) => [stage, 0]));
  private readonly outcomes = new Map<string, number>();
  private batches = 0;
  private batched = 0;
  private commitSeconds = 0;
  private failedMessages = 0;
  /** Lane time minus this machine's clock, in seconds, at the last commit. */
  private skew = 0;
  private readonly waiting: () => number;

  constructor(registry: Registry, waiting: () => number) {
    this.waiting = waiting;
    const own = this;
    new Counter({
      name: 'penstock_gateway_answers_total',
      help: 'Answers to messages taken in, by service and outcome (accepted, repeated, or the code of the refusal).',
      labelNames: ['service', 'outcome'],
      registers: [registry],
      collect() {
        this.reset();
        for (const [key, count] of own.outcomes) {
          const [service = '', outcome = ''] = key.split(' ');
          this.inc({ service, outcome }, count);
        }
      },
    });
    new Counter({
      name: 'penstock_gateway_stage_seconds_total',
      help: 'Time that messages spent in each stage; read and verify are CPU, the others wait for the database.',
      labelNames: ['stage'],
      registers: [registry],
      collect() {
        this.reset();
        for (const [stage, seconds] of own.stageSeconds) this.inc({ stage }, seconds);
      },
    });
    this.single(registry, 'penstock_commit_batches_total', 'Group commits.', () => own.batches);
    this.single(registry, 'penstock_commit_messages_total', 'Messages in group commits.', () => own.batched);
    this.single(
      registry,
      'penstock_commit_seconds_total',
      'Time of the database for group commits.',
      () => own.commitSeconds,
    );
    this.single(
      registry,
      'penstock_commit_failed_messages_total',
      'Messages whose group commit failed; they were not answered as accepted.',
      () => own.failedMessages,
    );
    for (const [name, help, value] of [
      ['penstock_gateway_waiting', 'Messages that wait for their commit.', () => own.waiting()],
      ['penstock_lane_time_skew_seconds', "Lane time minus the gateway's clock at the last commit.", () => own.skew],
    ] as const) {
      new Gauge({
        name,
        help,
        registers: [registry],
        // of several processes: what waits in all of them, the largest step of a clock in one
        aggregator: name === 'penstock_gateway_waiting' ? 'sum' : 'max',
        collect() {
          this.set(value());
        },
      });
    }
  }

  private single(registry: Registry, name: string, help: string, value: () => number): void {
    new Counter({
      name,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(value());
      },
    });
  }

  /** Adds the time since `started` to a stage; returns now, for the next stage. */
  stage(stage: IntakeStage, started: number): number {
    const now = performance.now();
    this.stageSeconds.set(stage, (this.stageSeconds.get(stage) ?? 0) + (now - started) / 1000);
    return now;
  }

  answered(service: string, outcome: string): void {
    const key = `${service} ${outcome}`;
    this.outcomes.set(key, (this.outcomes.get(key) ?? 0) + 1);
  }

  committed(messages: number, seconds: number, laneTime: Date): void {
    this.batches++;
    this.batched += messages;
    this.commitSeconds += seconds;
    this.skew = (laneTime.getTime() - Date.now()) / 1000;
  }

  failed(messages: number): void {
    this.failedMessages += messages;
  }
}
