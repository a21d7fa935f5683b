// Notices in words, and where each leads. Pure.
import type { NoticeDocument, NoticeKind } from '@penstock/api/schemas';

export const kindWords: Readonly<Record<NoticeKind, string>> = {
  held: 'Messages held',
  warning: 'Threshold warning',
  submission: 'Signed file',
  release: 'Release',
  way: 'Ways',
  delivery: 'File not taken in',
  export: 'Export',
  question: 'Question',
  access: 'Certificates and officers',
  change: 'Change',
  webhook: 'Webhook',
  incident: 'Incident',
};

/** Of the marks of portal.css: what needs somebody stands out. */
export const kindMarks: Readonly<Record<NoticeKind, 'held' | 'warned' | 'passed' | 'deleted'>> = {
  held: 'held',
  warning: 'warned',
  submission: 'passed',
  release: 'passed',
  way: 'warned',
  delivery: 'deleted',
  export: 'passed',
  question: 'warned',
  access: 'warned',
  change: 'warned',
  webhook: 'deleted',
  incident: 'held',
};

export interface Lead {
  readonly words: string;
  readonly to:
    | '/quarantine/$event'
    | '/thresholds'
    | '/submissions/$sha256'
    | '/ways'
    | '/audit-trail'
    | '/questions'
    | '/incidents/$incident'
    | '/status'
    | '/certificates'
    | '/told'
    | '/changes/$change';
  readonly params: Readonly<Record<string, string>>;
  readonly search: Readonly<Record<string, string | undefined>>;
}

/** The page of what a notice is about; `user`: whose it is, where the Operator looks. */
export function leadOf({ kind, about }: Pick<NoticeDocument, 'kind' | 'about'>, user: string | undefined): Lead {
  switch (kind) {
    case 'held':
      return { words: 'Open the event', to: '/quarantine/$event', params: { event: about }, search: { user } };
    case 'warning':
      return { words: 'Open the threshold', to: '/thresholds', params: {}, search: { user, open: about } };
    case 'submission':
      return { words: 'Open the file', to: '/submissions/$sha256', params: { sha256: about }, search: { user } };
    case 'release':
      return { words: 'Open the release', to: '/submissions/$sha256', params: { sha256: about }, search: { user } };
    case 'way':
      return { words: 'Open the ways', to: '/ways', params: {}, search: {} };
    case 'delivery':
      return { words: 'How to deliver', to: '/ways', params: {}, search: { tab: 'guidance' } };
    case 'export':
      return { words: 'Open the exports', to: '/audit-trail', params: {}, search: { user, tab: 'exports' } };
    case 'question':
      return { words: 'Open the questions', to: '/questions', params: {}, search: {} };
    case 'access':
      return { words: 'Open the certificates', to: '/certificates', params: {}, search: {} };
    case 'webhook':
      return { words: 'Open the webhooks', to: '/told', params: {}, search: {} };
    case 'change':
      return {
        words: 'Open the change',
        to: '/changes/$change',
        params: { change: about },
        search: { tab: 'clashes' },
      };
    case 'incident':
      return about.startsWith('INC-')
        ? { words: 'Open the incident', to: '/incidents/$incident', params: { incident: about }, search: {} }
        : { words: 'Open the status page', to: '/status', params: {}, search: {} };
  }
}

/** '3 unread', '1,000 or more unread' */
export function unreadWords(count: number, most: number): string {
  if (count === 0) return 'None is unread.';
  return `${count.toLocaleString('en-GB')}${count >= most ? ' or more' : ''} unread.`;
}

/** On a mark beside a name: '7', '99+'. */
export function badgeOf(count: number): string {
  return count > 99 ? '99+' : String(count);
}
