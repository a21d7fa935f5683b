// Webhooks in words. Pure.
import type { WebhookDelivery, WebhookDocument, WebhookType } from '@penstock/api/schemas';

export const typeWords: Readonly<Record<WebhookType, string>> = {
  'change.shared': 'A change is shared',
  'change.changed': 'A change is edited or moved on',
  'change.moved': 'The times of a change are others',
  'change.cancelled': 'A change is cancelled',
  'change.withdrawn': 'A change is not shared any more',
  'change.clash': 'Something clashes with yours',
  'schedule.published': 'A month’s schedule is another',
  'incident.opened': 'An incident is opened',
  'incident.updated': 'An incident has news',
  'incident.closed': 'An incident is closed',
};

/** What was told; a test is no type that can be chosen. */
export const wordsOfType = (type: string): string =>
  new Map<string, string>(Object.entries(typeWords)).get(type) ?? 'A test';

export interface Standing {
  readonly words: string;
  readonly mark: 'passed' | 'warned' | 'deleted';
}

export function standingOf({ isOn, offWhy, failingSince }: WebhookDocument): Standing {
  if (!isOn) return { words: offWhy === undefined ? 'Turned off' : `Turned off: ${offWhy}`, mark: 'deleted' };
  return failingSince === undefined ? { words: 'On', mark: 'passed' } : { words: 'Failing', mark: 'warned' };
}

/** What came of one message: 'taken (204)', 'HTTP 500, 3 tries'. */
export function outcomeOf({ state, status, failure, tries }: WebhookDelivery): Standing {
  const times = tries === 1 ? '1 try' : `${tries} tries`;
  if (state === 'sent') return { words: `taken (${status})`, mark: 'passed' };
  if (state === 'dropped') return { words: `dropped: ${failure ?? 'not taken'}`, mark: 'deleted' };
  return { words: failure === undefined ? 'waits' : `${failure}, ${times}`, mark: 'warned' };
}
