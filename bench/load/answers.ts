import type { HttpResponse } from './http-response.ts';
import type { PreparedMessage } from './message-file.ts';

/** Every answer is looked at: only an acknowledgement that names the message's own RequestID counts as one. */
export class Answers {
  /** By what came: 'acknowledged', 'HTTP 503', 'HTTP 200 without I99', 'no answer' ... */
  readonly counts: Record<string, number> = {};
  readonly acknowledged: string[] = [];
  readonly #examples = new Map<string, string>();

  /** Whether it is an acknowledgement. */
  take(message: PreparedMessage, response: HttpResponse | undefined): boolean {
    const kind = kindOf(message, response);
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
    if (kind === ACKNOWLEDGED) {
      this.acknowledged.push(message.id);
      return true;
    }
    if (response !== undefined && !this.#examples.has(kind)) {
      this.#examples.set(kind, response.body.toString('latin1', 0, 600));
    }
    return false;
  }

  /** One answer of each kind that is no acknowledgement, for finding out why. */
  get examples(): Record<string, string> {
    return Object.fromEntries(this.#examples);
  }
}

export const ACKNOWLEDGED = 'acknowledged';

function kindOf({ id }: PreparedMessage, response: HttpResponse | undefined): string {
  if (response === undefined) return 'no answer';
  if (response.status !== 200) return `HTTP ${response.status}`;
  const code = /<(?:\w+:)?ResponseCode>([A-Z0-9]+)</.exec(response.body.toString('latin1'))?.[1];
  if (code !== 'I99') return `HTTP 200 with ${code}`;
  return response.body.includes(`RequestID>${id}<`, 0, 'latin1') ? ACKNOWLEDGED : 'acknowledgement of another message';
}
