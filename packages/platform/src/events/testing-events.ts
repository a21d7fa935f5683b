// Reads server-sent events as a browser does.
import { type EventTopic, eventSchemas } from '@penstock/api';
import { z } from 'zod';
import type { TestBrowser } from '../people/testing-people.ts';

export interface ReadEvent {
  readonly id: string;
  readonly name: keyof typeof eventSchemas;
  readonly data: unknown;
}

export class EventReader {
  readonly status: number;
  readonly json: Record<string, unknown>;
  readonly #stop = new AbortController();
  readonly #events: AsyncGenerator<ReadEvent>;

  private constructor(status: number, json: Record<string, unknown>, body: ReadableStream<Uint8Array> | null) {
    this.status = status;
    this.json = json;
    this.#events = readEvents(body);
  }

  static async open(
    address: string,
    browser: TestBrowser,
    query: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<EventReader> {
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const stop = new AbortController();
    const answer = await fetch(`${address}/api/v1/events?${new URLSearchParams(query)}`, {
      headers: { cookie, ...headers },
      signal: stop.signal,
    });
    const isStream = answer.headers.get('content-type')?.startsWith('text/event-stream') === true;
    const json = isStream ? {} : z.record(z.string(), z.unknown()).parse(await answer.json());
    const reader = new EventReader(answer.status, json, isStream ? answer.body : null);
    reader.#stop.signal.addEventListener('abort', () => stop.abort());
    return reader;
  }

  /** The next event; undefined when the stream has ended. */
  async next(): Promise<ReadEvent | undefined> {
    const { value, done } = await this.#events.next();
    return done ? undefined : value;
  }

  /** Reads until a topic was told of; returns the change. */
  async until(topic: EventTopic): Promise<z.infer<(typeof eventSchemas)['changed']>[number]> {
    for (;;) {
      const event = await this.next();
      if (event === undefined) throw new Error(`the stream ended before ${topic}`);
      if (event.name !== 'changed') continue;
      const found = eventSchemas.changed.parse(event.data).find((change) => change.topic === topic);
      if (found !== undefined) return found;
    }
  }

  close(): void {
    this.#stop.abort();
  }
}

async function* readEvents(body: ReadableStream<Uint8Array> | null): AsyncGenerator<ReadEvent> {
  if (body === null) return;
  let text = '';
  for await (const chunk of body.pipeThrough(
    new TextDecoderStream() as unknown as TransformStream<Uint8Array, string>,
  )) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const fields = Object.fromEntries(
        text
          .slice(0, end)
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
      );
      text = text.slice(end + 2);
      const name = z.enum(['open', 'changed', 'beat', 'end']).parse(fields.event);
      const data: unknown = JSON.parse(fields.data ?? 'null');
      yield { id: fields.id ?? '', name, data: eventSchemas[name].parse(data) };
    }
  }
}
